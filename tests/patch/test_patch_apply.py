"""What a patch does to the disk, through the program that applies it."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from octavo.patch.program import SELF_INVOCATION, run_apply_patch, run_self_invoked


def body(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    code = run_apply_patch(["apply_patch", *arguments], io.BytesIO(stdin), out, err)
    return code, out.getvalue().decode(), err.getvalue().decode()


def failure(*lines: str) -> str:
    code, out, err = run(body(*lines))
    assert (code, out) == (1, "")
    return err


def test_the_summary_lists_added_then_modified_then_deleted(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("one\n")
    (tmp_path / "d").write_text("x\n")
    (tmp_path / "s").write_text("s\n")
    code, out, err = run(
        body(
            "*** Delete File: d",
            *("*** Update File: m", "@@", "-one", "+two"),
            *("*** Update File: s", "*** Move to: deep/er/t", "@@", "-s", "+t"),
            *("*** Add File: n/new", "+n"),
            *("*** Add File: empty",),
        )
    )
    assert (code, err) == (0, "")
    assert out == "Success. Updated the following files:\nA n/new\nA empty\nM m\nM deep/er/t\nD d\n"
    assert (tmp_path / "m").read_text() == "two\n"
    assert (tmp_path / "deep/er/t").read_text() == "t\n"
    assert (tmp_path / "n/new").read_text() == "n\n"
    assert (tmp_path / "empty").read_bytes() == b""
    assert not (tmp_path / "d").exists()
    assert not (tmp_path / "s").exists()


def refusal(name: str) -> str:
    return f"{name} already exists: use `*** Update File: ` to change it, or delete it first\n"


@pytest.mark.parametrize("name", ["f", "link", "far", "broken", "loop", "d/../f", "./f", "into/g"])
@pytest.mark.parametrize("is_move", [False, True])
def test_nothing_that_exists_is_overwritten_through_links_too(tmp_path: Path, name: str, is_move: bool) -> None:
    (tmp_path / "d").mkdir()
    for file in ("f", "d/g", "source"):
        (tmp_path / file).write_text("one\n")
    for link, target in {"link": "f", "far": "d/g", "broken": "none", "loop": "loop", "into": "d"}.items():
        (tmp_path / link).symlink_to(target)
    move = ("*** Update File: source", f"*** Move to: {name}", "@@", "-one", "+two")
    assert failure(*(move if is_move else (f"*** Add File: {name}", "+new"))) == refusal(name)
    assert [(tmp_path / file).read_text() for file in ("f", "d/g", "source")] == ["one\n"] * 3
    assert not (tmp_path / "none").exists()


def test_what_the_patch_deletes_or_moves_away_first_may_be_made_again(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("one\n")
    lines = ["*** Delete File: a", "*** Add File: a", "+new"]
    lines += ["*** Update File: b", "*** Move to: c", "@@", "-one", "+two", "*** Add File: b", "+new"]
    assert run(body(*lines))[0] == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new\n", "b": "new\n", "c": "two\n"}
    assert failure("*** Add File: x", "+1", "*** Add File: x", "+2") == refusal("x")


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o640, 0o444, 0o666])
def test_a_moved_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    (tmp_path / "tool").write_text("one\n")
    (tmp_path / "tool").chmod(mode)
    assert run(body("*** Update File: tool", "*** Move to: new", "@@", "-one", "+two"))[0] == 0
    assert (tmp_path / "new").read_text() == "two\n"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == mode


def test_an_update_keeps_the_mode(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("one\n")
    (tmp_path / "tool").chmod(0o750)
    assert run(body("*** Update File: tool", "@@", "-one", "+two"))[0] == 0
    assert stat.S_IMODE((tmp_path / "tool").stat().st_mode) == 0o750


def test_absolute_paths_are_taken_as_they_are(tmp_path: Path) -> None:
    target = tmp_path / "x" / "y"
    assert run(body(f"*** Add File: {target}", "+z"))[1].endswith(f"A {target}\n")
    assert target.read_text() == "z\n"


def test_a_failure_keeps_the_sections_before_it(tmp_path: Path) -> None:
    assert failure("*** Add File: a", "+a", "*** Delete File: missing") == "Failed to delete file missing\n"
    assert (tmp_path / "a").read_text() == "a\n"


@pytest.mark.parametrize("destination", ["a", "./a", "d/../a", "link"])
def test_a_move_onto_itself_keeps_the_file(tmp_path: Path, destination: str) -> None:
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "d").mkdir()
    (tmp_path / "link").symlink_to("a")
    assert run(body("*** Update File: a", f"*** Move to: {destination}", "@@", "-one", "+two"))[0] == 0
    assert (tmp_path / "a").read_text() == "two\n"
    assert not (tmp_path / "a").is_symlink()


def test_a_move_onto_another_hard_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n")
    os.link(tmp_path / "a", tmp_path / "b")
    assert failure("*** Update File: a", "*** Move to: b", "@@", "-one", "+two") == refusal("b")
    assert (tmp_path / "a").read_text() == "one\n"


def test_deleting_a_link_leaves_its_target(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "link").symlink_to("a")
    assert run(body("*** Delete File: link"))[0] == 0
    assert os.listdir(tmp_path) == ["a"]


def test_messages_name_the_file_and_the_reason(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "f").write_text("x\n")
    (tmp_path / "bin").write_bytes(b"a\xff\n")
    os.mkfifo(tmp_path / "pipe")
    change = ("@@", "-a", "+b")
    read = "Failed to read file to update"
    assert failure() == "No files were modified.\n"
    assert failure("*** Add File: f/x/y", "+a") == "Failed to create parent directories for f/x/y\n"
    assert failure("*** Add File: d", "+a") == "Failed to write file d\n"
    assert failure("*** Delete File: d") == "Failed to delete file d\n"
    assert failure("*** Update File: no", *change) == f"{read} no: No such file or directory (os error 2)\n"
    assert failure("*** Update File: d", *change) == f"{read} d: Is a directory (os error 21)\n"
    assert failure("*** Update File: bin", *change) == f"{read} bin: stream did not contain valid UTF-8\n"
    assert failure("*** Update File: pipe", *change) == f"{read} pipe: not a regular file\n"
    assert failure("*** Update File: f", *change) == "Failed to find expected lines in f:\na\n"
    assert failure("*** Update File: f", "@@ c", *change[1:]) == "Failed to find context 'c' in f\n"


def test_a_nul_in_a_path_is_an_error_and_no_traceback() -> None:
    code, _, err = run(stdin=body("*** Add File: a\0b", "+x").encode())
    assert (code, err) == (1, "Failed to write file a\0b\n")


def test_the_patch_may_come_from_standard_input(tmp_path: Path) -> None:
    assert run(stdin=body("*** Add File: é", "+ü").encode() + b"\n")[0] == 0
    assert (tmp_path / "é").read_text(encoding="utf-8") == "ü\n"


def test_usage_errors() -> None:
    assert run() == (2, "", "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply-patch\n")
    assert run("a", "b") == (2, "", "Error: apply_patch accepts exactly one argument.\n")
    assert run("\udcff") == (1, "", "Error: apply_patch requires a UTF-8 PATCH argument.\n")
    assert run(stdin=b"\xff") == (
        1,
        "",
        "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8\n",
    )
    assert run("") == (1, "", "Invalid patch: The last line of the patch must be '*** End Patch'\n")


def test_parse_errors_have_the_words_of_the_program() -> None:
    assert run("x")[2] == "Invalid patch: The first line of the patch must be '*** Begin Patch'\n"
    assert failure("*** Update File: a") == ("Invalid patch hunk on line 2: Update file hunk for path 'a' is empty\n")


def test_self_invocation_takes_one_patch_and_ignores_more(tmp_path: Path) -> None:
    def invoke(*arguments: str) -> tuple[int, str]:
        err = io.BytesIO()
        return run_self_invoked(["exe", SELF_INVOCATION, *arguments], io.BytesIO(), err), err.getvalue().decode()

    assert invoke(body("*** Add File: a", "+x"), "more") == (0, "")
    assert (tmp_path / "a").read_text() == "x\n"
    needed = "Error: --codex-run-as-apply-patch requires a UTF-8 PATCH argument.\n"
    assert invoke() == (1, needed)
    assert invoke("\udcff") == (1, needed)


def test_output_that_nobody_reads_is_a_failure_without_a_traceback(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", buffering=0) as closed:
        assert run_apply_patch(["apply_patch", body("*** Add File: a", "+x")], io.BytesIO(), closed, closed) == 1
        assert run_apply_patch(["apply_patch", "no patch"], io.BytesIO(), closed, closed) == 1
    assert (tmp_path / "a").read_text() == "x\n"


def test_the_program_loads_next_to_nothing() -> None:
    source = Path(sys.modules["octavo"].__file__ or "").parents[1]
    script = (
        f"import sys; sys.path.insert(0, {str(source)!r}); import octavo.patch.program; print(*sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-ISc", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"msgspec", "typing", "re", "asyncio", "tree_sitter", "octavo.protocol"} & set(loaded)
