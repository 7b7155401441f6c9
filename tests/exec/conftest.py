"""The place that the tests of `exec` run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from exec_place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home and a workspace of its own."""
    with ExitStack() as stack:
        yield Place(tmp_path, stack)
