from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import pytest

from octavo.tools.errors import RespondToModel
from octavo.tools.reading import list_dir


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    root = tmp_path / "tree"
    (root / "a" / "b" / "c").mkdir(parents=True)
    (root / "a" / "b" / "x.txt").touch()
    (root / "a-b").touch()
    (root / "empty").mkdir()
    (root / "link").symlink_to("a")
    os.mkfifo(root / "pipe")
    return root


def _list(path: pathlib.Path | str, **more: Any) -> list[str]:
    text = list_dir.run(json.dumps({"dir_path": str(path), **more}), "/")
    first, *rest = text.split("\n")
    assert first == f"Absolute path: {path}"
    return rest


def _error(path: pathlib.Path | str, **more: Any) -> str:
    with pytest.raises(RespondToModel) as caught:
        _list(path, **more)
    return str(caught.value)


def test_two_levels_are_listed_with_a_mark_for_each_kind(tree: pathlib.Path) -> None:
    assert _list(tree) == ["a/", "a-b", "  b/", "empty/", "link@", "pipe?"]


def test_entries_stand_in_byte_order_of_their_paths(tree: pathlib.Path) -> None:
    assert _list(tree, depth=9) == ["a/", "a-b", "  b/", "    c/", "    x.txt", "empty/", "link@", "pipe?"]
    assert _list(tree, depth=1) == ["a/", "a-b", "empty/", "link@", "pipe?"]


def test_a_slice_takes_the_upper_levels_first(tree: pathlib.Path) -> None:
    assert _list(tree, limit=2) == ["a/", "a-b", "More than 2 entries found"]
    assert _list(tree, offset=5, limit=2) == ["  b/", "pipe?"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"offset": 0}, "offset must be a 1-indexed entry number"),
        ({"limit": 0}, "limit must be greater than zero"),
        ({"depth": 0}, "depth must be greater than zero"),
        ({"offset": 99}, "offset exceeds directory entry count"),
    ],
)
def test_a_bad_request_is_answered_in_one_line(tree: pathlib.Path, more: dict[str, Any], text: str) -> None:
    assert _error(tree, **more) == text


def test_a_folder_that_cannot_be_read_is_named_with_its_reason(tree: pathlib.Path) -> None:
    assert _error("tree") == "dir_path must be an absolute path"
    assert _error(tree / "no") == "failed to read directory: No such file or directory (os error 2)"
    assert _error(tree / "a-b") == "failed to read directory: Not a directory (os error 20)"
    assert _error("/a\0b").startswith("failed to read directory: ")
    assert _error(tree, depth=-1).startswith("failed to parse function arguments: ")


def test_an_empty_folder_has_only_its_path(tree: pathlib.Path) -> None:
    assert _list(tree / "empty", offset=9) == []


def test_a_name_that_is_no_text_is_shown_with_replacements(tmp_path: pathlib.Path) -> None:
    pathlib.Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xffb")).touch()
    assert _list(tmp_path) == ["a\ufffdb"]
