"""A patch that was agreed to touches the places that were shown, and no others."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from octavo.patch.approved import place_of, with_places
from octavo.patch.program import run_apply_patch
from octavo.patch.verify import verify

Outcome = tuple[int, str, str]


def nothing() -> None:
    """Nothing happens meanwhile."""


def carried_out(cwd: Path, *lines: str, meanwhile: Callable[[], None] = nothing) -> Outcome:
    """Code, stdout and stderr of the patch with the places it led to before `meanwhile`."""
    patch = verify("\n".join(["*** Begin Patch", *lines, "*** End Patch"]), str(cwd))
    given = with_places(str(cwd), {path: place_of(path) for path in patch.touched}, patch.text.encode())
    meanwhile()
    return outcome(given, only_places=True)


def outcome(given: bytes, only_places: bool) -> Outcome:
    out, err = io.BytesIO(), io.BytesIO()
    code = run_apply_patch(["apply_patch"], io.BytesIO(given), out, err, only_places=only_places)
    return code, out.getvalue().decode(), err.getvalue().decode()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "w"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("lines", "failure"),
    [
        (("*** Add File: d/new", "+x"), "Failed to create parent directories for d/new"),
        (("*** Add File: d/deep/er/new", "+x"), "Failed to create parent directories for d/deep/er/new"),
        (
            ("*** Update File: d/f", "-one", "+two"),
            "Failed to read file to update d/f: Not a directory (os error 20)",
        ),
        (("*** Delete File: d/f",), "Failed to delete file d/f"),
        (
            ("*** Update File: f", "*** Move to: d/g", "-one", "+two"),
            "Failed to create parent directories for d/g",
        ),
    ],
)
def test_a_folder_that_becomes_a_link_meanwhile_ends_the_patch(
    place: Path, tmp_path: Path, lines: tuple[str, ...], failure: str
) -> None:
    outside = tmp_path / "outside"
    for folder in (outside, place / "d", place):
        folder.mkdir(exist_ok=True)
        (folder / "f").write_text("one\n")

    def swap() -> None:
        (place / "d").rename(place / "e")
        (place / "d").symlink_to(outside)

    assert carried_out(place, *lines, meanwhile=swap) == (1, "", failure + "\n")
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"f": "one\n"}


@pytest.mark.parametrize("lines", [("*** Add File: f", "+x"), ("*** Update File: g", "*** Move to: f", "-one", "+two")])
def test_a_file_that_becomes_a_link_meanwhile_is_not_written_through(
    place: Path, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    (place / "g").write_text("one\n")
    (tmp_path / "precious").write_text("p\n")

    def swap() -> None:
        (place / "f").symlink_to(tmp_path / "precious")

    code, out, err = carried_out(place, *lines, meanwhile=swap)
    assert (code, out, err.partition(":")[0]) == (1, "", "f already exists")
    assert (tmp_path / "precious").read_text() == "p\n"


def test_a_link_that_is_turned_elsewhere_meanwhile_still_leads_to_what_was_shown(place: Path, tmp_path: Path) -> None:
    for name in ("shown", "other"):
        (tmp_path / name).mkdir()
    (place / "d").symlink_to(tmp_path / "shown")

    def turn() -> None:
        (place / "d").unlink()
        (place / "d").symlink_to(tmp_path / "other")

    assert carried_out(place, "*** Add File: d/x", "+x", meanwhile=turn)[0] == 0
    assert (os.listdir(tmp_path / "shown"), os.listdir(tmp_path / "other")) == (["x"], [])


def test_a_path_that_nobody_saw_is_not_touched(place: Path) -> None:
    given = with_places(str(place), {}, b"*** Begin Patch\n*** Delete File: f\n*** End Patch")
    (place / "f").touch()
    assert outcome(given, only_places=True) == (1, "", "Failed to delete file f\n")
    assert (place / "f").exists()


@pytest.mark.parametrize(
    "lines",
    [
        ("*** Add File: a/b/c", "+x", "*** Delete File: f", "*** Add File: f", "+over"),
        ("*** Update File: link", "-one", "+two"),
        ("*** Delete File: link", "*** Add File: link", "+new"),
        ("*** Delete File: link",),
        ("*** Update File: f", "*** Move to: link", "-one", "+two"),
        ("*** Update File: link", "*** Move to: new", "-one", "+two"),
        ("*** Update File: f", "*** Move to: into/new", "-one", "+two"),
        ("*** Update File: f", "*** Move to: ./sub/../f", "-one", "+two"),
        ("*** Update File: into/g", "*** Move to: into/h", "-one", "+two"),
        ("*** Add File: sub", "+x"),
        ("*** Add File: sub/", "+x"),
        ("*** Add File: f/x", "+x"),
        ("*** Delete File: f", "*** Add File: f/x", "+x"),
        ("*** Update File: f", "-one", "+two", "*** Update File: f", "-one", "+two"),
        ("*** Add File: é", "+x"),
    ],
)
def test_undisturbed_it_does_what_any_patch_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...]
) -> None:
    results = []
    for name in ("by-path", "by-place"):
        folder = tmp_path / name / "w"
        (folder / "sub").mkdir(parents=True)
        monkeypatch.chdir(folder)
        (folder / "f").write_text("one\n")
        (folder / "f").chmod(0o755)
        (folder / "sub" / "g").write_text("one\n")
        for link, target in {"link": "f", "into": "sub", "broken": "sub/new", "loop": "loop"}.items():
            (folder / link).symlink_to(target)
        if name == "by-place":
            result = carried_out(folder, *lines)
        else:
            result = outcome("\n".join(["*** Begin Patch", *lines, "*** End Patch"]).encode(), only_places=False)
        results.append((result, {str(path.relative_to(folder)): look(path) for path in folder.rglob("*")}))
    assert results[0] == results[1]


def look(path: Path) -> tuple[str, int]:
    if path.is_symlink():
        return os.readlink(path), 0
    return "" if path.is_dir() else path.read_text(), path.stat().st_mode
