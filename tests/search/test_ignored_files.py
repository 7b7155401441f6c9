"""Files that the ignore rules hide, and listings that are not whole."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from octavo.search import ignored
from octavo.search.fuzzy import FileSearch
from octavo.search.ignored import IgnoredFiles
from octavo.search.ripgrep import find_ripgrep


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("src/local.py", "local.txt", "build/local.o", "build/über local.o", ".git/local", "sub/.git/local"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / ".gitignore").write_text("build/\n*.txt\n")
    return tmp_path


def found(root: Path, query: str, limit: int = 9, closed: Iterable[str] = ()) -> list[str]:
    searcher = IgnoredFiles(str(root), os.environ, ("--glob=!.git",), lambda path, _: os.path.basename(path) in closed)
    return [file.path for file in searcher.search(query, limit, threading.Event())]


def test_only_what_the_rules_hide_is_found_and_nothing_of_git_s_own(root: Path) -> None:
    assert sorted(found(root, "local")) == ["build/local.o", "build/über local.o", "local.txt"]
    assert found(root, "local", 1) == found(root, "local")[:1]
    assert found(root, "gitignore") == []


def test_what_may_not_be_read_is_not_among_them(root: Path) -> None:
    assert found(root, "local", 2, closed=("local.txt", "local.o")) == ["build/über local.o"]


def test_of_very_many_not_all_are_looked_through(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignored, "MOST", 2)
    searcher = IgnoredFiles(str(root), os.environ)
    assert len(searcher.search("o", 9, threading.Event())) == 2
    assert searcher.is_incomplete


def test_a_folder_that_cannot_be_read_makes_a_listing_incomplete(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "rg"
    # The tests may run as somebody who can read everything: this one ends as ripgrep does where it cannot.
    program.write_text(f'#!/bin/sh\n"{find_ripgrep(os.environ)}" "$@"\nexit 2\n')
    program.chmod(0o755)
    environ = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    broken, whole = FileSearch(environ), FileSearch()
    for searcher in (broken, whole):
        assert [file.path for file in searcher.search([str(root)], "local.py", 9)] == ["src/local.py"]
    assert broken.is_incomplete(str(root))
    assert not whole.is_incomplete(str(root))


def test_what_was_found_so_far_can_be_seen_while_a_root_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searcher = FileSearch()
    seen: list[list[str]] = []

    def pieces(*_: object, **__: object) -> Iterable[bytes]:
        yield b"src/local.py\0"
        seen.append([file.path for file in searcher.so_far(str(root), "local", 9)])
        yield b"local.md\0"

    monkeypatch.setattr("octavo.search.fuzzy.list_files", pieces)
    assert len(searcher.search([str(root)], "local", 9)) == 2
    assert seen == [["src/local.py"]]
    assert searcher.so_far(str(root), "local", 9) == ()
