from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import pytest

from octavo.tools.errors import RespondToModel
from octavo.tools.reading import read_file
from octavo.tools.reading.indentation import effective_indents

CODE = """\
import os


# about A
class A:
    def one(self):
        if self:
            return 1

        return 2

    def two(self):
        return 3

    def three(self):
        return 4


class B:
    pass
"""


@pytest.fixture
def code(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "code.py"
    path.write_text(CODE)
    return path


def _read(path: pathlib.Path | str, **more: Any) -> str:
    return read_file.run(json.dumps({"file_path": str(path), **more}), "/")


def _block(path: pathlib.Path, line: int, **options: Any) -> list[int]:
    text = _read(path, mode="indentation", indentation={"anchor_line": line, **options})
    return [int(shown.partition(":")[0][1:]) for shown in text.split("\n")]


def _error(arguments: Any) -> str:
    with pytest.raises(RespondToModel) as caught:
        read_file.run(arguments if isinstance(arguments, str) else json.dumps(arguments), "/")
    return str(caught.value)


def test_lines_are_numbered_and_joined_without_a_last_line_feed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\n\ntwo\r\r\nthree")
    assert _read(tmp_path / "a") == "L1: one\nL2: \nL3: two\r\nL4: three"


def test_a_slice_starts_at_the_offset(code: pathlib.Path) -> None:
    assert _read(code, offset=5, limit=2) == "L5: class A:\nL6:     def one(self):"
    assert _read(code, offset=19, limit=2**63 - 1) == "L19: class B:\nL20:     pass"


def test_2000_lines_are_shown_by_default(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_text("x\n" * 2100)
    assert _read(tmp_path / "a").endswith("\nL2000: x")


def test_long_lines_are_cut_at_500_bytes_between_characters(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"a" * 499 + "é".encode() + b"b" * 20_000 + b"\nnext\n")
    assert _read(tmp_path / "a") == f"L1: {'a' * 499}\nL2: next"


def test_bytes_that_are_no_text_are_replaced(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\xfeok\n")
    assert _read(tmp_path / "a") == "L1: \ufffd\ufffdok"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"offset": 0}, "offset must be a 1-indexed line number"),
        ({"limit": 0}, "limit must be greater than zero"),
        ({"file_path": "code.py"}, "file_path must be an absolute path"),
        ({"file_path": "/nonexistent/x"}, "failed to read file: No such file or directory (os error 2)"),
        ({"file_path": "/"}, "failed to read file: Is a directory (os error 21)"),
        ({"offset": 99}, "offset exceeds file length"),
        ({"mode": "indentation", "indentation": {"anchor_line": 0}}, "anchor_line must be a 1-indexed line number"),
        ({"mode": "indentation", "indentation": {"max_lines": 0}}, "max_lines must be greater than zero"),
        ({"mode": "indentation", "indentation": {"anchor_line": 99}}, "anchor_line exceeds file length"),
        ({"mode": "indentation", "offset": 99}, "anchor_line exceeds file length"),
    ],
)
def test_a_bad_request_is_answered_in_one_line(code: pathlib.Path, more: dict[str, Any], text: str) -> None:
    assert _error({"file_path": str(code), **more}) == text


@pytest.mark.parametrize(
    "arguments",
    ["", "[]", "{}", '{"file_path": 1}', '{"file_path": "/x", "offset": -1}', '{"file_path":"/x","mode":"y"}'],
)
def test_arguments_that_do_not_fit_are_named(arguments: str) -> None:
    assert _error(arguments).startswith("failed to parse function arguments: ")


def test_unknown_arguments_are_ignored(code: pathlib.Path) -> None:
    assert _read(code, limit=1, more=True, indentation=None) == "L1: import os"


def test_an_empty_file_has_no_first_line(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").touch()
    assert _error({"file_path": str(tmp_path / "a")}) == "offset exceeds file length"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "a")
    assert _error({"file_path": str(tmp_path / "a")}).startswith("failed to read file: ")
    assert _error({"file_path": "/dev/zero"}).startswith("failed to read file: ")
    assert _error({"file_path": "/a\0b"}).startswith("failed to read file: ")


def test_a_block_is_the_whole_file_without_a_limit_of_levels(code: pathlib.Path) -> None:
    assert _block(code, 8, include_siblings=True) == list(range(1, 21))


def test_a_block_reaches_to_the_enclosing_levels(code: pathlib.Path) -> None:
    assert _block(code, 8, max_levels=1) == [7, 8, 9, 10]
    assert _block(code, 8, max_levels=2) == list(range(6, 14))
    assert _block(code, 8, max_levels=2, include_siblings=True) == list(range(6, 17))


def test_comments_above_a_block_belong_to_it(code: pathlib.Path) -> None:
    assert _block(code, 6, max_levels=1)[:3] == [4, 5, 6]
    assert _block(code, 6, max_levels=1, include_header=False)[:2] == [5, 6]


def test_a_block_keeps_to_the_smallest_limit(code: pathlib.Path) -> None:
    assert _block(code, 8, max_lines=1) == [8]
    assert _block(code, 8, max_lines=2) == [7, 8]
    text = _read(code, limit=4, mode="indentation", indentation={"anchor_line": 8, "max_lines": 9})
    assert [line[:2] for line in text.split("\n")] == ["L6", "L7", "L8"]


def test_the_anchor_is_the_offset_if_none_is_named(code: pathlib.Path) -> None:
    assert _read(code, offset=20, mode="indentation", indentation={"max_lines": 1}) == "L20:     pass"


def test_tabs_count_as_four_and_blank_lines_as_the_line_before() -> None:
    assert effective_indents(["", "\tx", "   ", "  \ty", "z"]) == [0, 4, 4, 6, 0]


def test_the_schema_lists_its_properties_in_alphabetical_order() -> None:
    schema = read_file.parameters()
    assert schema["required"] == ["file_path"]
    assert list(schema["properties"]) == sorted(schema["properties"])
    assert list(schema["properties"]["indentation"]["properties"]) == [
        "anchor_line",
        "include_header",
        "include_siblings",
        "max_levels",
        "max_lines",
    ]
    assert schema["properties"]["indentation"]["additionalProperties"] is False


def test_a_hole_in_a_file_is_not_read_through(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "huge"
    path.write_text("one\n")
    os.truncate(path, 200 << 30)
    assert _read(path, limit=1) == "L1: one"
    assert _read(path, limit=2) == "L1: one\nL2: " + "\0" * 500
    assert _block(path, 1, max_lines=1) == [1]
    for more in ({}, {"offset": 3}, {"mode": "indentation"}):
        assert _error({"file_path": str(path), **more}) == "failed to read file: a line is longer than 256 MiB"


def test_reading_ends_when_nobody_waits_for_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "huge"
    path.write_text("one\ntwo\n")
    asked = iter((False, True))
    assert read_file.run(json.dumps({"file_path": str(path)}), "/", lambda: next(asked)) == "L1: one"
