"""How the lines of a patch are found in a file and what the file becomes."""

from __future__ import annotations

import pytest

from octavo.patch.locate import SearchedFile
from octavo.patch.parse import parse
from octavo.patch.sections import Chunk, UpdateFile
from octavo.patch.update import PatchApplyError, updated_text


def change(original: str, *chunks: Chunk) -> str:
    return updated_text(original, list(chunks), "f.txt")


def replace(old: list[str], new: list[str], context: str | None = None, at_end: bool = False) -> Chunk:
    """A chunk that takes its old lines away and puts the new ones there."""
    return Chunk(context, old, new, [None] * len(new), at_end)


def patched(original: str, *lines: str) -> str:
    """What becomes of a file by these lines of a chunk."""
    text = "\n".join(["*** Begin Patch", "*** Update File: f.txt", "@@", *lines, "*** End Patch"])
    [section] = parse(text).sections
    assert isinstance(section, UpdateFile)
    return updated_text(original, section.chunks, "f.txt")


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
    assert change("a\n\n", replace([], ["x"])) == "a\nx\n\n"
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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        ("a\nb", "a\nc"),
        ("a\nb\n\n", "a\nc\n\n"),
        ("a\nb\n\n\n", "a\nc\n\n\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\r\nb", "a\r\nc"),
        ("a\r\nb\r\n\r\n", "a\r\nc\r\n\r\n"),
        ("\ufeffa\nb\n", "\ufeffa\nc\n"),
        ("\ufeffb\n", "\ufeffc\n"),
        ("\ufeffb", "\ufeffc"),
        ("b", "c"),
        ("\n\nb\n", "\n\nc\n"),
    ],
)
def test_line_ends_byte_order_mark_and_the_end_of_the_file_stay(before: str, after: str) -> None:
    assert patched(before, "-b", "+c") == after
    assert patched(before, "-\ufeffb" if before.startswith("\ufeffb") else "-b", "+c") == after


def test_a_file_may_become_empty_and_an_empty_one_full() -> None:
    assert patched("a\n", "-a") == ""
    assert patched("a", "-a") == ""
    assert patched("", "+a") == "a\n"
    assert patched("\ufeff", "+a") == "\ufeffa\n"


def test_lines_behind_a_last_one_without_end_take_its_place_at_the_end() -> None:
    assert patched("a\nb", " b", "+c") == "a\nb\nc"
    assert patched("a\r\nb", " b", "+c") == "a\r\nb\r\nc"
    assert patched("a\nb", "-b") == "a"
    assert patched("a", "+b") == "a\nb"


def test_a_loose_match_leaves_what_the_patch_calls_unchanged() -> None:
    assert patched("a  \nend\n", " a", "-end", "+END") == "a  \nEND\n"
    before = "  a\t\n\u201cb\u201d \u2013 c\nd\n"
    assert patched(before, " a", ' "b" - c', "-d", "+D") == "  a\t\n\u201cb\u201d \u2013 c\nD\n"
    assert patched("a  \nb\nc  \n", " a", "-b", "+B", "+new", " c") == "a  \nB\nnew\nc  \n"
    assert patched("x\na \n\n", " a", "+b", " ") == "x\na \nb\n\n"


def test_new_lines_end_as_their_neighbours_do() -> None:
    mixed = "a\r\nb\r\nc\nd\n"
    assert patched(mixed, "-a", "+A") == "A\r\nb\r\nc\nd\n"
    assert patched(mixed, "-d", "+D", "+E") == "a\r\nb\r\nc\nD\nE\n"
    assert patched("a\r\nb\r\n", "+c") == "a\r\nb\r\nc\r\n"


def test_a_forgiven_blank_line_keeps_nothing_of_the_line_behind_it() -> None:
    assert patched("a\nz\n", "-a", "+A", " ", "+B") == "A\n\nB\nz\n"
