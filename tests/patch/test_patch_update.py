"""How the lines of a patch are found in a file and what the file becomes."""

from __future__ import annotations

import pytest

from octavo.patch.locate import SearchedFile
from octavo.patch.sections import Chunk
from octavo.patch.update import PatchApplyError, updated_text


def change(original: str, *chunks: Chunk) -> str:
    return updated_text(original, list(chunks), "f.txt")


def replace(old: list[str], new: list[str], context: str | None = None, at_end: bool = False) -> Chunk:
    return Chunk(context, old, new, at_end)


def test_a_search_goes_from_strict_to_lenient_over_the_whole_file() -> None:
    file = SearchedFile(["x  ", " x", "x"])
    assert file.seek(["x"], 0) == 2
    assert file.seek(["x "], 0) == 0
    assert file.seek(["  x"], 0) == 0
    assert file.seek(["\tx"], 1) == 1
    assert SearchedFile(["a", "\tx", "x "]).seek(["x  "], 0) == 2


def test_typographic_characters_match_their_plain_forms() -> None:
    file = SearchedFile(["say “hi” – it’s\u00a0so", "a\u2212b\u3000c\u2009d"])
    assert file.seek(['say "hi" - it\'s so'], 0) == 0
    assert file.seek(["a-b c d"], 0) == 1
    assert SearchedFile(["a\u2000b"]).seek(["a b"], 0) is None


def test_control_characters_are_not_blanks() -> None:
    assert SearchedFile(["\x1cx"]).seek(["x"], 0) is None
    assert SearchedFile(["\x85x\u2029"]).seek(["x"], 0) == 0


def test_patterns_without_lines_and_longer_than_the_file() -> None:
    assert SearchedFile(["a"]).seek([], 7) == 7
    assert SearchedFile(["a"]).seek(["a", "b"], 0) is None


def test_the_end_of_the_file_is_the_only_place_that_counts_there() -> None:
    file = SearchedFile(["a", "b", "a"])
    assert file.seek(["a"], 0, at_end=True) == 2
    assert file.seek(["b"], 0, at_end=True) is None


def test_chunks_apply_in_order_and_keep_the_rest() -> None:
    text = "a\nb\nc\nd\ne\n"
    assert change(text, replace(["b"], ["B"]), replace(["d", "e"], ["d", "x", "e"])) == "a\nB\nc\nd\nx\ne\n"


def test_chunks_out_of_order_are_not_found() -> None:
    with pytest.raises(PatchApplyError, match=r"Failed to find expected lines in f\.txt:\na$"):
        change("a\nb\n", replace(["b"], ["B"]), replace(["a"], ["A"]))


def test_context_picks_one_of_several_places() -> None:
    text = "def f\n  x\ndef g\n  x\n"
    assert change(text, replace(["  x"], ["  y"], context="def g")) == "def f\n  x\ndef g\n  y\n"
    with pytest.raises(PatchApplyError) as caught:
        change(text, replace(["  x"], ["  y"], context="def h"))
    assert str(caught.value) == "Failed to find context 'def h' in f.txt"


def test_an_addition_without_old_lines_goes_to_the_end_despite_its_context() -> None:
    assert change("a\nb\n", replace([], ["x"], context="a")) == "a\nb\nx\n"
    assert change("a\n\n", replace([], ["x"])) == "a\nx\n"
    assert change("", replace([], ["x"])) == "x\n"


def test_an_end_of_file_chunk_fails_if_the_lines_stand_only_earlier() -> None:
    assert change("a\nb\na\n", replace(["a"], ["z"], at_end=True)) == "a\nb\nz\n"
    with pytest.raises(PatchApplyError):
        change("a\nb\n", replace(["a"], ["z"], at_end=True))


def test_one_blank_line_too_many_at_the_end_of_a_chunk_is_forgiven() -> None:
    assert change("a\nb\n", replace(["a", ""], ["A", ""])) == "A\nb\n"
    with pytest.raises(PatchApplyError) as caught:
        change("a\nb\n", replace(["a", "", ""], ["A", "", ""]))
    assert str(caught.value) == "Failed to find expected lines in f.txt:\na\n\n"


def test_the_result_ends_with_a_line_feed_unless_it_is_empty() -> None:
    assert change("a\nb", replace(["b"], ["c"])) == "a\nc\n"
    assert change("a\n", replace(["a"], [])) == ""


def test_a_loose_match_takes_the_text_of_the_patch() -> None:
    assert change("a  \n“b”\nc\n", replace(["a", '"b"', "c"], ["a", '"b"', "C"])) == 'a\n"b"\nC\n'


def test_a_crlf_file_becomes_lf_where_it_is_touched() -> None:
    assert change("a\r\nb\r\nc\r\n", replace(["b"], ["B"])) == "a\r\nB\nc\r\n"
