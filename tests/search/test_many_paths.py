"""Many paths at once: the few that are scored are the right ones, and a listing serves only while it is true."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from octavo.search.align import match
from octavo.search.fuzzy import FileSearch
from octavo.search.kept_folders import KeptFolder, keep_folders, read_folders
from octavo.search.listed import paths_of
from octavo.search.query import words
from octavo.search.rank import best_paths, holding

PARTS = [
    "src",
    "lib",
    "test",
    "Main",
    "model",
    "View",
    "core",
    "data_set",
    "parser-gen",
    "my.config",
    "a",
    "b",
    "é",
    "x",
    "HTTPServer",
    "v2",
    "(e)",
    "a,b",
]
QUERIES = (
    "m mo mod main View test.py src/m mv_x engine42 tests aei eee core/mod MyC 42 4 . / - _ src\\ main a b é modelview"
)


def _listing(chance: random.Random, count: int) -> list[str]:
    def name() -> str:
        parts = [chance.choice(PARTS) for _ in range(chance.randint(1, 5))]
        return "".join(part + chance.choice(["/", "_", "", "-", " "]) for part in parts) + chance.choice(["py", "x.ts"])

    return sorted({name().lstrip("/") for _ in range(count)})


@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_thousands_are_those_that_scoring_all_of_them_gives(seed: int) -> None:
    chance = random.Random(seed)
    paths = _listing(chance, 3000)
    pieces = paths_of(b"".join(path.encode() + b"\0" for path in paths))
    queries = [*QUERIES.split(), "main src", "a b", "x"]
    queries += ["".join(chance.choices("abcdemnorstvw/_.4M", k=chance.randint(1, 8))) for _ in range(40)]
    for path in chance.sample(paths, 40):
        places = sorted(chance.sample(range(len(path)), min(len(path), chance.randint(2, 6))))
        queries.append("".join(path[place] for place in places).replace(" ", ""))
    for query in queries:
        asked = words(query)
        found = [hit for text in pieces for hit in best_paths(asked, holding(asked, text), 50, lambda: False)]
        hits = ((path, match(asked, path)) for path in paths)
        expected = sorted((-hit.score, path) for path, hit in hits if hit)[:50]
        assert sorted((-score, path) for score, path in found)[:50] == expected, query


def _old(root: Path) -> None:
    """Let nothing have changed just now: such folders are not trusted."""
    for folder, _, files in os.walk(root):
        for name in (*files, ""):
            os.utime(os.path.join(folder, name), ns=(10**18, 10**18))


def test_a_longer_query_is_looked_for_in_what_the_shorter_one_found(tmp_path: Path) -> None:
    for name in ("main.py", "mine.py", "other.py"):
        (tmp_path / name).touch()
    _old(tmp_path)
    files = FileSearch()
    for query, expected in (("m", ["main.py", "mine.py"]), ("mi", ["mine.py", "main.py"]), ("mai", ["main.py"])):
        assert [hit.path for hit in files.search([str(tmp_path)], query, 9)] == expected
    assert [hit.path for hit in files.search([str(tmp_path)], "o", 9)] == ["other.py"]


@pytest.mark.parametrize("change", ["new", "gone", "ignored", "ignore file"])
def test_what_changed_between_two_letters_is_seen(tmp_path: Path, change: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("sub/one", "sub/only", ".ignore"):
        (tmp_path / name).touch()
    _old(tmp_path)
    files = FileSearch()

    def found(query: str) -> list[str]:
        return [hit.path for hit in files.search([str(tmp_path)], query, 9) if hit.path != ".ignore"]

    assert found("o") == ["sub/one", "sub/only"]
    match change:
        case "new":
            (tmp_path / "sub" / "onward").touch()
            assert found("on") == ["sub/one", "sub/only", "sub/onward"]
        case "gone":
            (tmp_path / "sub" / "only").unlink()
            assert found("on") == ["sub/one"]
        case "ignored":
            (tmp_path / "sub" / ".gitignore").write_text("only\n")
            assert found("on") == ["sub/one"]
        case "ignore file":
            (tmp_path / ".ignore").write_text("only\n")
            assert found("on") == ["sub/one"]


def _many_folders(root: Path) -> None:
    for number in range(250):
        folder = root / f"folder{number}"
        folder.mkdir(parents=True)
        (folder / "file").touch()
        (folder / "link").symlink_to("file")
    _old(root)


def _found(files: FileSearch, root: Path, query: str) -> set[str]:
    return {hit.path for hit in files.search([str(root)], query, 1000)}


def test_a_later_process_does_not_read_folders_that_are_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, cache = tmp_path / "root", str(tmp_path / "cache")
    _many_folders(root)
    monkeypatch.setattr("octavo.search.special_files._RACY_NS", 0)
    files = FileSearch(cache=cache)
    before = _found(files, root, "link")
    files.settle()
    monkeypatch.delattr(os, "listdir")
    assert _found(FileSearch(cache=cache), root, "link") == before


def test_a_later_process_sees_what_changed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, cache = tmp_path / "root", str(tmp_path / "cache")
    _many_folders(root)
    monkeypatch.setattr("octavo.search.special_files._RACY_NS", 0)
    files = FileSearch(cache=cache)
    before = _found(files, root, "link")
    files.settle()
    (root / "folder7" / "link").unlink()
    (root / "folder8" / "another_link").symlink_to("file")
    os.rename(root / "folder9", root / "folder9_moved")
    expected = before - {"folder7/link", "folder9/link"} | {"folder8/another_link", "folder9_moved/link"}
    assert _found(FileSearch(cache=cache), root, "link") == expected


@pytest.mark.parametrize("damage", ["empty", "other", "cut", "pipe", "folder"])
def test_a_damaged_memory_of_folders_is_done_without(tmp_path: Path, damage: str) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    _many_folders(root)
    files = FileSearch(cache=str(cache))
    before = _found(files, root, "link")
    files.settle()
    (kept,) = cache.iterdir()
    data = kept.read_bytes()
    kept.unlink()
    match damage:
        case "empty":
            kept.touch()
        case "other":
            kept.write_bytes(b"\x93\x01\xa1a\xc0")
        case "cut":
            kept.write_bytes(data[: len(data) // 2])
        case "pipe":
            os.mkfifo(kept)
        case "folder":
            kept.mkdir()
    again = FileSearch(cache=str(cache))
    assert _found(again, root, "link") == before
    again.settle()


def test_the_memory_of_folders_is_private_and_bounded(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in range(20):
        root = tmp_path / f"root{number}"
        root.mkdir()
        keep_folders(str(cache), str(root), {"": KeptFolder((1, 2), ("link",))})
    kept = list(cache.iterdir())
    assert len(kept) == 16
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert read_folders(str(cache), str(root)) == {"": KeptFolder((1, 2), ("link",))}
