"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest
from octavo_program import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path)
