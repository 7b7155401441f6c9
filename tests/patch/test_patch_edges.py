"""Where a section or a chunk ends, in which order changes are made, and the program under its names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from octavo.patch.parse import parse
from octavo.patch.sections import PatchParseError, UpdateFile
from octavo.patch.update import PatchApplyError, updated_text
from octavo.patch.verify import verify


def body(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def fault(*lines: str) -> str:
    with pytest.raises(PatchParseError) as caught:
        parse(body(*lines))
    return str(caught.value)


def updated(original: str, *lines: str) -> str:
    """What one section of updates makes of a text."""
    section = parse(body("*** Update File: f", *lines)).sections[0]
    assert isinstance(section, UpdateFile)
    return updated_text(original, section.chunks, "f")


# --- the text --------------------------------------------------------------------------------------


def test_an_indented_destination_is_a_line_of_context() -> None:
    (section,) = parse(body("*** Update File: a", " *** Move to: b", "-x")).sections
    assert isinstance(section, UpdateFile)
    assert section.move_to is None
    assert section.chunks[0].old == ["*** Move to: b", "x"]


def test_a_blank_line_behind_an_added_file_begins_no_section() -> None:
    assert fault("*** Add File: a", "+x", "", "*** Delete File: b").startswith(
        "invalid hunk at line 4, '' is not a valid hunk header. Valid hunk headers: "
    )


def test_a_line_that_is_no_change_ends_its_chunk() -> None:
    assert fault("*** Update File: a", "@@", " x", "y") == (
        "invalid hunk at line 5, Expected update hunk to start with a @@ context marker, got: 'y'"
    )


def test_blank_lines_between_a_chunk_and_the_next_section(tmp_path: Path) -> None:
    """They belong to the chunk; one is forgiven where the file has none."""
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "b").write_text("two\n")
    change, rest = ["*** Update File: a", "@@", "-one", "+ONE"], ["*** Delete File: b"]
    assert len(verify(body(*change, "", *rest), str(tmp_path)).changes) == 2
    with pytest.raises(PatchApplyError, match="Failed to find expected lines"):
        verify(body(*change, "", "", *rest), str(tmp_path))


def test_a_heredoc_needs_room_for_both_markers() -> None:
    for text in ("<<EOF\nEOF", "<<EOF\n*** Begin Patch\nEOF"):
        with pytest.raises(PatchParseError, match="The first line of the patch must be"):
            parse(text)
    assert parse("<<EOF\n*** Begin Patch\n*** End Patch\nEOF").sections == []


# --- the changes -----------------------------------------------------------------------------------


def test_lines_are_looked_for_behind_their_context() -> None:
    assert updated("a\na\n", "@@ a", "-a", "+b") == "a\nb\n"


def test_an_addition_at_the_end_does_not_hold_up_what_follows_it() -> None:
    assert updated("a\nb\n", "@@", "+x", "@@", "-a", "+A") == "A\nb\nx\n"


def test_additions_at_the_end_keep_their_order() -> None:
    assert updated("a\n", "@@", "+x", "@@", "+y") == "a\nx\ny\n"


def test_a_pure_addition_with_a_context_that_is_not_there_fails() -> None:
    with pytest.raises(PatchApplyError, match="Failed to find context 'z' in f"):
        updated("a\n", "@@ z", "+x")


def test_the_end_of_the_file_is_no_hint_but_a_place() -> None:
    assert updated("a\nb\na\n", "@@", "-a", "+z", "*** End of File") == "a\nb\nz\n"
    with pytest.raises(PatchApplyError, match="Failed to find expected lines in f:\na"):
        updated("a\nb\n", "@@", "-a", "+z", "*** End of File")


def test_line_ends_of_a_patch_count_for_nothing() -> None:
    text = body("*** Update File: f", "@@", " a", "-b", "+B").replace("\n", "\r\n")
    section = parse(text).sections[0]
    assert isinstance(section, UpdateFile)
    assert updated_text("a\r\nb\r\nc\r\n", section.chunks, "f") == "a\r\nB\r\nc\r\n"
    assert updated_text("a\nb\nc\n", section.chunks, "f") == "a\nB\nc\n"


# --- the program -----------------------------------------------------------------------------------


def program(folder: Path, name: str, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run our program, called by this name, in this folder."""
    script = f"import sys; sys.argv[0] = {name!r}; from octavo.__main__ import main; sys.exit(main())"
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", script, *words], cwd=folder, env=environ, input=given,
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["apply_patch", "/x/applypatch"])
def test_by_its_names_the_program_applies_patches(tmp_path: Path, name: str) -> None:
    done = program(tmp_path, name, body("*** Add File: a", "+x"))
    assert (done.returncode, done.stdout) == (0, "Success. Updated the following files:\nA a\n")
    done = program(tmp_path, name, given=body("*** Add File: b", "+y"))
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
    done = program(tmp_path, name)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "Usage: apply_patch 'PATCH'")


def test_the_flag_for_patches_counts_in_the_first_place_only(tmp_path: Path) -> None:
    flag, text = "--codex-run-as-apply-patch", body("*** Add File: a", "+x")
    refused = program(tmp_path, "octavo", "exec", flag, text)
    assert refused.returncode == 2
    assert not (tmp_path / "a").exists()
    assert program(tmp_path, "octavo", flag, text).returncode == 0
    assert (tmp_path / "a").read_text() == "x\n"
    assert program(tmp_path, "octavo", flag).stderr.startswith(f"Error: {flag} requires a UTF-8 PATCH argument.")


def test_a_moved_file_keeps_its_mode_whatever_that_of_new_ones_is(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("one\n")
    (tmp_path / "tool").chmod(0o755)
    done = program(tmp_path, "apply_patch", body("*** Update File: tool", "*** Move to: new", "@@", "-one", "+two"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o755
