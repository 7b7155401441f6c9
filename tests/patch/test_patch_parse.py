"""What counts as a patch, and how a text that is none is refused."""

from __future__ import annotations

import pytest

from octavo.patch.parse import parse
from octavo.patch.sections import AddFile, Chunk, DeleteFile, PatchParseError, UpdateFile


def body(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def only_update(*lines: str) -> UpdateFile:
    (section,) = parse(body("*** Update File: a", *lines)).sections
    assert isinstance(section, UpdateFile)
    return section


def shape(chunk: Chunk) -> tuple[str | None, list[str], list[str], bool]:
    return chunk.context, chunk.old, chunk.new, chunk.at_end


def fault(text: str) -> PatchParseError:
    with pytest.raises(PatchParseError) as caught:
        parse(text)
    return caught.value


def test_all_three_kinds_of_section_are_read_in_order() -> None:
    patch = parse(
        body("*** Add File: n", "+one", "+", "*** Delete File: d", "*** Update File: u", "*** Move to: v", "@@", "-a")
    )
    added, deleted, updated = patch.sections
    assert isinstance(added, AddFile)
    assert (added.path, added.content) == ("n", "one\n\n")
    assert isinstance(deleted, DeleteFile)
    assert deleted.path == "d"
    assert isinstance(updated, UpdateFile)
    assert (updated.path, updated.move_to) == ("u", "v")
    assert [shape(chunk) for chunk in updated.chunks] == [(None, ["a"], [], False)]


def test_a_patch_without_sections_is_a_patch() -> None:
    assert parse(body()).sections == []


def test_an_added_file_may_be_empty() -> None:
    (section,) = parse(body("*** Add File: e")).sections
    assert isinstance(section, AddFile)
    assert section.content == ""


def test_blanks_around_the_text_and_crlf_are_taken_off() -> None:
    patch = parse(" \u3000\n" + body("*** Add File: n", "+x\t").replace("\n", "\r\n") + "\r\n\n")
    (section,) = patch.sections
    assert isinstance(section, AddFile)
    assert section.content == "x\t\n"
    assert patch.text == body("*** Add File: n", "+x\t")


def test_separators_that_are_not_line_feeds_are_ordinary_characters() -> None:
    (section,) = parse(body("*** Add File: n", "+a\x0cb\u2028c\x1cd\re")).sections
    assert isinstance(section, AddFile)
    assert section.content == "a\x0cb\u2028c\x1cd\re\n"


@pytest.mark.parametrize("start", ["<<EOF", "<<'EOF'", '<<"EOF"'])
def test_a_heredoc_around_the_patch_is_forgiven(start: str) -> None:
    patch = parse(f"{start}\n{body('*** Delete File: d')}\nxEOF\n")
    assert patch.text == body("*** Delete File: d")


def test_a_heredoc_of_another_shape_is_not() -> None:
    for start, end in (("<< EOF", "EOF"), ("<<'EOF\"", "EOF"), ("<<EOF", "END")):
        assert "first line" in str(fault(f"{start}\n{body()}\n{end}"))


def test_errors_inside_a_heredoc_are_those_of_the_inner_text() -> None:
    assert str(fault(f"<<EOF\n{body()} x\n*** x\nEOF")) == (
        "invalid patch: The last line of the patch must be '*** End Patch'"
    )


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("", "last line of the patch must be '*** End Patch'"),
        ("hello", "first line of the patch must be '*** Begin Patch'"),
        ("*** Begin Patch \n*** End Patch", "first line of the patch must be '*** Begin Patch'"),
        ("*** Begin Patch", "last line of the patch must be '*** End Patch'"),
        ("*** Begin Patch\n *** End Patch", "last line of the patch must be '*** End Patch'"),
        ("x\ny", "first line of the patch must be '*** Begin Patch'"),
    ],
)
def test_the_markers_must_stand_alone(text: str, which: str) -> None:
    error = fault(text)
    assert str(error) == f"invalid patch: The {which}"
    assert error.standalone == f"Invalid patch: The {which}"


def test_headers_may_be_indented_but_not_in_another_case() -> None:
    (section,) = parse(body("  *** Delete File: d  ")).sections
    assert isinstance(section, DeleteFile)
    assert section.path == "d"
    assert str(fault(body("*** delete file: d"))) == (
        "invalid hunk at line 2, '*** delete file: d' is not a valid hunk header. Valid hunk headers: "
        "'*** Add File: {path}', '*** Delete File: {path}', '*** Update File: {path}'"
    )


def test_a_header_without_a_name_is_no_header() -> None:
    error = fault(body("*** Add File: n", "+x", "*** Add File: "))
    assert error.standalone.startswith("Invalid patch hunk on line 4: '*** Add File:' is not a valid hunk header.")


def test_a_move_without_a_change_is_an_error() -> None:
    assert str(fault(body("*** Update File: a", "*** Move to: b"))) == (
        "invalid hunk at line 2, Update file hunk for path 'a' is empty"
    )


def test_the_first_chunk_needs_no_marker_and_the_second_does() -> None:
    assert [shape(chunk) for chunk in only_update(" a", "+b").chunks] == [(None, ["a"], ["a", "b"], False)]
    assert str(fault(body("*** Update File: a", " a", "*** End of File", " b"))) == (
        "invalid hunk at line 5, Expected update hunk to start with a @@ context marker, got: ' b'"
    )


def test_chunks_with_context_empty_lines_and_the_end_of_the_file() -> None:
    section = only_update("@@ def f():", " x", "", "-y", "+z", "@@", "-q", "*** End of File", "", "  ", "@@", "+n")
    assert [shape(chunk) for chunk in section.chunks] == [
        ("def f():", ["x", "", "y"], ["x", "", "z"], False),
        (None, ["q"], [], True),
        (None, [], ["n"], False),
    ]


@pytest.mark.parametrize(
    ("lines", "number", "detail"),
    [
        (["@@"], 4, "Update hunk does not contain any lines"),
        (["@@", "*** End of File"], 4, "Update hunk does not contain any lines"),
        (["*** End of File"], 2, "Update file hunk for path 'a' is empty"),
        (
            ["@@ a", "@@ b", "-x"],
            4,
            "Unexpected line found in update hunk: '@@ b'. Every line should start with "
            "' ' (context line), '+' (added line), or '-' (removed line)",
        ),
        (
            ["x"],
            4,
            "Unexpected line found in update hunk: 'x'. Every line should start with "
            "' ' (context line), '+' (added line), or '-' (removed line)",
        ),
    ],
)
def test_faults_in_a_chunk_name_their_line(lines: list[str], number: int, detail: str) -> None:
    error = fault(body("*** Update File: a", *lines))
    assert (error.line, error.detail) == (number, detail)
    assert str(error) == f"invalid hunk at line {number}, {detail}"
