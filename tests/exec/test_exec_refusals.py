"""What `exec` refuses before the model is asked, and what it says when its output has no place."""

from __future__ import annotations

import os
import pty
import select
from pathlib import Path

import pytest
from exec_model_server import answer, runs, says
from exec_place import Place

HI = answer(says("hi"))
FULL = "/dev/full"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["-C", "no/such", "hi"], "Error: --cd: there is no folder {ws}/no/such\n"),
        (["-C", "file", "hi"], "Error: --cd: there is no folder {ws}/file\n"),
        (["-o", "no/such/file", "hi"], "Error: --output-last-message: there is no folder {ws}/no/such\n"),
        (["-o", "folder", "hi"], "Error: --output-last-message: {ws}/folder is a folder\n"),
        (["-o", "link/", "hi"], "Error: --output-last-message: {ws}/link is a folder\n"),
    ],
)
def test_a_folder_that_is_not_there_or_in_the_way_is_refused_before_the_model_is_asked(
    place: Place, words: list[str], line: str
) -> None:
    model = place.model(HI)
    (place.workspace / "file").touch()
    (place.workspace / "folder").mkdir()
    (place.workspace / "link").symlink_to("folder")
    result = place.exec(*words)
    assert (result.code, result.out, result.err) == (1, b"", line.format(ws=place.workspace))
    assert not model.requests
    assert not place.rollouts()


def test_a_prompt_that_is_no_text_is_refused(place: Place) -> None:
    model = place.model(HI)
    words = ["exec", "--skip-git-repo-check", os.fsdecode(b"a\xff")]
    result = place.octavo(*words)
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith("error: invalid UTF-8 was detected in one or more arguments\n")
    assert not model.requests


def test_a_first_session_that_was_to_be_a_resumed_one_says_so(place: Place) -> None:
    place.model(HI, HI)
    assert "No saved session to go on with; a new one begins.\n" in place.exec("resume", "--last", "hi").err
    assert "No saved session" not in place.exec("resume", "--last", "hi").err


def test_a_document_that_is_cut_says_so(place: Place) -> None:
    place.model(HI, HI, more="project_doc_max_bytes = 10")
    document = place.workspace / "AGENTS.md"
    document.write_text("Ten bytes.")
    assert "AGENTS.md" not in place.exec("hi").err
    document.write_text("Eleven byte")
    line = f"Warning: {document} is read only in part: documents of a project may have 10 bytes (project_doc_max_bytes)"
    assert line in place.exec("hi").err


@pytest.mark.skipif(not os.path.exists(FULL), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_full_disk_under_stdout_is_one_plain_line(place: Place, words: list[str]) -> None:
    place.model(HI)
    with open(FULL, "wb") as full:
        result = place.exec(*words, "hi", stdout=full)
    assert result.code == 1
    assert result.err.endswith("Error: cannot write the output: No space left on device (os error 28)\n")
    assert "defect" not in result.err
    assert place.rollouts(), "the session is saved all the same"


@pytest.mark.skipif(not os.path.exists(FULL), reason="there is no /dev/full")
def test_a_full_disk_under_stderr_ends_the_run(place: Place) -> None:
    place.model(HI)
    with open(FULL, "wb") as full:
        assert place.exec("hi", stderr=full).code == 1


@pytest.mark.skipif(not os.path.exists(FULL), reason="there is no /dev/full")
@pytest.mark.parametrize("words", ["features list", "completion bash", "config show", "sessions list"])
def test_no_command_loses_its_output_in_silence(place: Place, words: str) -> None:
    place.model(HI)
    place.exec("hi")
    with open(FULL, "wb") as full:
        result = place.octavo(*words.split(), stdout=full)
    assert result.code == 1
    assert "No space left on device" in result.err
    assert "defect" not in result.err


def on_a_terminal(place: Place, *words: str) -> bytes:
    """What a terminal gets as stdout and stderr."""
    ours, theirs = pty.openpty()
    with place.start("exec", "--skip-git-repo-check", "--yolo", *words, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # nobody holds the other end any more
                break
            seen += piece
        assert process.wait(timeout=30) == 0
    os.close(ours)
    return seen


def test_nothing_that_is_printed_drives_the_terminal(place: Place) -> None:
    evil = "\\033]0;title\\007\\033[2J\\033[31mred\\033[0m\\rover\\033[5A\\0338\\a\\x08"
    place.model(answer(runs(f"printf '%b' '{evil}'")), answer(says("\x1b]52;c;aGk=\x07bye\x9b2J\x1b[1mbold\x1b[m")))
    seen = on_a_terminal(place, "\x1b[6nask")
    assert b"\x1b[31mred\x1b[0m" in seen
    assert b"\x1b[1mbold\x1b[m" in seen
    for piece in (b"\x1b]", b"\x1b[2J", b"\x1b[5A", b"\x1b8", b"\x07", b"\x08", b"\xc2\x9b", b"\x1b[6n"):
        assert piece not in seen, piece
    assert b"^[]0;title^G^[[2J" in seen
    assert b"^[]52;c;aGk=^Gbye\\x9b2J" in seen
    assert b"\r\nover" in seen


def test_a_file_gets_what_is_printed_as_it_is(place: Place, tmp_path: Path) -> None:
    place.model(answer(says("\x1b[2Jas it is")))
    result = place.exec("hi")
    assert result.out == b"\x1b[2Jas it is\n"
