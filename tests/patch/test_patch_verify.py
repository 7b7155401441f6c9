"""What a patch would do is known before anyone is asked, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from octavo.patch.sections import PatchError
from octavo.patch.verify import VerifiedPatch, verify


def body(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def refusal(cwd: Path, *lines: str) -> str:
    with pytest.raises(PatchError) as caught:
        verify(body(*lines), str(cwd))
    return str(caught.value)


def as_json(patch: VerifiedPatch) -> object:
    return msgspec.to_builtins(patch.changes)


def test_changes_are_keyed_by_absolute_path_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("c\n")
    (tmp_path / "d").write_text("b\n")
    patch = verify(
        "<<EOF\n" + body("*** Add File: a", "+x", "*** Delete File: d", "*** Update File: u", "-c", "+d") + "\nEOF",
        str(tmp_path),
    )
    assert as_json(patch) == {
        f"{tmp_path}/a": {"add": {"content": "x\n"}},
        f"{tmp_path}/d": {"delete": {"content": "b\n"}},
        f"{tmp_path}/u": {"update": {"unified_diff": "@@ -1 +1 @@\n-c\n+d\n", "move_path": None}},
    }
    assert patch.touched == (f"{tmp_path}/a", f"{tmp_path}/d", f"{tmp_path}/u")
    assert patch.text.startswith("*** Begin Patch\n")
    assert patch.text.endswith("*** End Patch")
    assert sorted(os.listdir(tmp_path)) == ["d", "u"]


def test_a_destination_counts_from_the_folder_of_the_patch_and_is_touched(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a").write_text("one\n")
    cwd = str(tmp_path / "sub")
    patch = verify(body("*** Update File: a", "*** Move to: n/b", "-one", "+two"), cwd)
    change = patch.changes[f"{cwd}/a"].update
    assert change is not None
    assert change.move_path == f"{cwd}/n/b"
    assert patch.touched == (f"{cwd}/a", f"{cwd}/n/b")
    assert patch.cwd == cwd


def test_paths_are_joined_but_not_tidied(tmp_path: Path) -> None:
    patch = verify(body("*** Add File: d/../x", "+a", "*** Add File: /abs/y", "+b"), str(tmp_path))
    assert list(patch.changes) == [f"{tmp_path}/d/../x", "/abs/y"]


def test_each_section_is_held_against_the_disk_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n")
    assert refusal(tmp_path, "*** Add File: n", "+x", "*** Update File: n", "-x", "+y") == (
        f"Failed to read file to update {tmp_path}/n: No such file or directory (os error 2)"
    )
    twice = verify(body("*** Update File: a", "-one", "+two", "*** Update File: a", "-one", "+three"), str(tmp_path))
    change = twice.changes[f"{tmp_path}/a"].update
    assert change is not None
    assert change.unified_diff == "@@ -1 +1 @@\n-one\n+three\n"


def test_refusals_name_absolute_paths(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "f").write_text("x\n")
    (tmp_path / "bin").write_bytes(b"\xff")
    assert refusal(tmp_path, "*** Delete File: d") == f"Failed to read {tmp_path}/d: Is a directory (os error 21)"
    assert refusal(tmp_path, "*** Delete File: bin") == (
        f"Failed to read {tmp_path}/bin: stream did not contain valid UTF-8"
    )
    assert refusal(tmp_path, "*** Update File: f", "-a") == f"Failed to find expected lines in {tmp_path}/f:\na"
    assert refusal(tmp_path, "*** Update File: f") == "invalid hunk at line 2, Update file hunk for path 'f' is empty"
    with pytest.raises(PatchError, match="invalid patch: The first line"):
        verify("x", str(tmp_path))


def test_endless_files_are_not_read() -> None:
    with pytest.raises(PatchError, match="Failed to read /dev/zero: not a regular file"):
        verify(body("*** Delete File: /dev/zero"), "/")


def test_an_empty_patch_has_no_changes(tmp_path: Path) -> None:
    assert verify(body(), str(tmp_path)).changes == {}


@pytest.mark.parametrize(
    ("section", "failure"),
    [
        (("*** Update File: huge", "-x", "+y"), "Failed to read file to update"),
        (("*** Delete File: huge",), "Failed to read"),
    ],
)
def test_a_huge_file_is_refused_unread(tmp_path: Path, section: tuple[str, ...], failure: str) -> None:
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 200 << 30)
    assert refusal(tmp_path, *section) == f"{failure} {tmp_path}/huge: file is larger than 256 MiB"
