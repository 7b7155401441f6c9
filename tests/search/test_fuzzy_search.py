"""Files by a few letters of their paths: what is found, what it is worth, and in which order."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from octavo.search.align import match
from octavo.search.fuzzy import FileSearch, search
from octavo.search.query import words


def tree(root: Path, names: Iterable[str]) -> str:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return str(root)


def found(root: str, query: str) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(file.path, file.score, file.indices) for file in search([root], query, 50)]


@pytest.mark.parametrize(
    ("query", "path", "score", "indices"),
    [
        ("abe", "abexy", 88, (0, 1, 2)),
        ("abe", "abcde", 74, (0, 1, 4)),
        ("abe", "sub/abce", 72, (4, 5, 7)),
        ("abe", ".hid/abex", 84, (5, 6, 7)),
        ("abe", "lnk_abe", 80, (4, 5, 6)),
        ("log", "keep.log", 80, (5, 6, 7)),
        ("qq", "many/qq004", 59, (5, 6)),
        ("mfn", "src/MyFileName.rs", 68, (4, 6, 10)),
        ("abc", "a-b-c-d.txt", 78, (0, 2, 4)),
        ("apfel", "src/über/Äpfel.txt", 134, (9, 10, 11, 12, 13)),
    ],
)
def test_a_path_has_a_known_worth(tmp_path: Path, query: str, path: str, score: int, indices: tuple[int, ...]) -> None:
    assert found(tree(tmp_path, [path]), query) == [(path, score, indices)]


def test_the_best_comes_first_and_the_smaller_path_of_equal_ones(tmp_path: Path) -> None:
    root = tree(tmp_path, ["b/xabe", "a/xabe", "abexy", "sub/abce"])
    assert [path for path, _, _ in found(root, "abe")] == ["abexy", "sub/abce", "a/xabe", "b/xabe"]


def test_every_word_of_the_query_must_be_there_in_any_order(tmp_path: Path) -> None:
    root = tree(tmp_path, ["src/main.rs", "src/other.rs", "main.txt"])
    assert [path for path, _, _ in found(root, "main src")] == ["src/main.rs"]


def test_a_backslash_makes_a_space_part_of_a_word(tmp_path: Path) -> None:
    root = tree(tmp_path, ["a b", "b a"])
    assert [path for path, _, _ in found(root, r"a\ b")] == ["a b"]


def test_signs_of_other_search_languages_mean_themselves(tmp_path: Path) -> None:
    root = tree(tmp_path, ["^a", "a!", "ab"])
    assert [path for path, _, _ in found(root, "^a")] == ["^a"]
    assert [path for path, _, _ in found(root, "a!")] == ["a!"]


def test_an_upper_case_letter_makes_a_word_exact(tmp_path: Path) -> None:
    root = tree(tmp_path, ["README", "readme"])
    assert {path for path, _, _ in found(root, "readme")} == {"README", "readme"}
    assert [path for path, _, _ in found(root, "READ")] == ["README"]


def test_accents_count_only_when_the_query_has_one(tmp_path: Path) -> None:
    root = tree(tmp_path, ["café", "cafe"])
    assert {path for path, _, _ in found(root, "cafe")} == {"café", "cafe"}
    assert [path for path, _, _ in found(root, "fé")] == ["café"]


def test_places_are_counted_in_characters_as_people_see_them(tmp_path: Path) -> None:
    root = tree(tmp_path, ["x\u0301👩\u200d🚀🇩🇪각/ab日"])
    assert found(root, "ab")[0][2] == (5, 6)


def test_white_space_alone_finds_every_file(tmp_path: Path) -> None:
    root = tree(tmp_path, ["b", "a", ".git/config"])
    assert found(root, " ") == [(".git/config", 0, ()), ("a", 0, ()), ("b", 0, ())]


def test_an_empty_query_finds_nothing(tmp_path: Path) -> None:
    assert found(tree(tmp_path, ["a"]), "") == []
    assert search([], "a", 50) == ()


def test_at_most_so_many_files_of_each_root_and_of_equal_ones_the_smallest(tmp_path: Path) -> None:
    names = [f"{'many' * (number % 7 + 1)}/qq{number:04}" for number in range(700)]
    one, two = tree(tmp_path / "one", names), tree(tmp_path / "two", ["qq"])
    files = search([one, two], "qq", 50)
    assert len(files) == 51
    expected = sorted(names, key=lambda name: (-worth("qq", name), name))
    assert [file.path for file in files if file.root == one] == expected[:50]


def worth(query: str, path: str) -> int:
    hit = match(words(query), path)
    return hit.score if hit else -1


def test_many_paths_at_once_are_worth_what_each_is_alone(tmp_path: Path) -> None:
    chance = random.Random(7)
    letters = "abcABC012_-. ,:éÜßñ日и"
    names = {"".join(chance.choices(letters, k=chance.randint(1, 12))).strip(". ") or "x" for _ in range(400)}
    root = tree(tmp_path, names)
    for _ in range(60):
        query = "".join(chance.choices("abcABC01_- éи", k=chance.randint(1, 5)))
        expected = {name: match(words(query), name) for name in names} if query else {}
        best = sorted((-hit.score, name, hit.indices) for name, hit in expected.items() if hit)[:50]
        assert found(root, query) == [(name, -score, indices) for score, name, indices in best], query


def test_a_root_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path / "here", ["a"])
    file = str(tmp_path / "here" / "a")
    files = search([str(tmp_path / "gone"), file, "\0", root], "a", 50)
    assert [(hit.root, hit.path) for hit in files] == [(root, "a")]


def test_roots_may_be_relative_and_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, ["sub/abc"])
    monkeypatch.chdir(tmp_path)
    assert [(hit.root, hit.path) for hit in search(["sub", "."], "abc", 5)] == [("sub", "abc"), (".", "sub/abc")]


def test_overlapping_roots_give_a_file_twice(tmp_path: Path) -> None:
    root = tree(tmp_path, ["sub/abc"])
    assert len(search([root, f"{root}/sub"], "abc", 5)) == 2


def test_a_cancelled_search_finds_nothing(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    assert search([tree(tmp_path, ["a"])], "a", 50, cancel) == ()


def test_a_later_search_sees_what_changed_meanwhile(tmp_path: Path) -> None:
    root = tree(tmp_path, ["sub/old", "sub/keep"])
    files = FileSearch()

    def paths() -> list[str]:
        return [hit.path for hit in files.search([root], " ", 50)]

    assert paths() == ["sub/keep", "sub/old"]
    (tmp_path / "sub" / "old").unlink()
    (tmp_path / "sub" / "link").symlink_to("keep")
    os.utime(tmp_path / "sub", ns=(1, 1))  # folders remember changes no finer than the clock of the disk
    assert paths() == ["sub/keep", "sub/link"]
    (tmp_path / ".ignore").write_text("link\n")
    assert paths() == [".ignore", "sub/keep"]


def test_many_ignored_links_do_not_stand_in_the_way_of_the_others(tmp_path: Path) -> None:
    root = tree(tmp_path, ["src/file.txt"])
    (tmp_path / ".ignore").write_text("ab*\n")
    for number in range(200):
        (tmp_path / "src" / f"ab{number:03}").symlink_to("file.txt")  # each worth more than the rest
    for name in ("x_axb", "x_ayb"):
        (tmp_path / "src" / name).symlink_to("file.txt")
    finder = FileSearch()
    for query in ("a", "ab"):
        assert [file.path for file in finder.search([root], query, 2)] == ["src/x_axb", "src/x_ayb"]
    (tmp_path / ".ignore").write_text("")
    assert [file.path for file in finder.search([root], "ab", 2)] == ["src/ab000", "src/ab001"]
