"""A workspace for real tools, with a folder for temporary files of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Its path is short: a socket's path holds no more than 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="real-", ignore_cleanup_errors=True) as folder:
        for name in ("w", "t"):
            Path(folder, name).mkdir()
        monkeypatch.setenv("TMPDIR", f"{folder}/t")
        yield Path(folder, "w")
