"""Many paths at once: the few that are scored are the right ones, and a listing serves only while it is true."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from octavo.search.align import match
from octavo.search.fuzzy import FileSearch
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
