"""A home with a project, and programs in terminals that end with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_window import Open, Window, make_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_home(tmp_path)
    return tmp_path


@pytest.fixture
def window(home: Path) -> Iterator[Open]:
    opened: list[Window] = []

    def open_(argv: list[str], **more: object) -> Window:
        opened.append(Window(home, argv, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
