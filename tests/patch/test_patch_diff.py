"""Diffs: how they look, and that git can apply them."""

from __future__ import annotations

import random
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from octavo.patch.diff import unified_hunks
from octavo.patch.shortest import approximate_runs, shortest_runs


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


@pytest.mark.parametrize(
    ("old", "new", "hunks"),
    [
        ("c\n", "d\n", "@@ -1 +1 @@\n-c\n+d\n"),
        ("", "x\n", "@@ -0,0 +1 @@\n+x\n"),
        ("x\ny\n", "", "@@ -1,2 +0,0 @@\n-x\n-y\n"),
        ("a\nb\nc", "a\nb\nc\n", "@@ -2,2 +2,2 @@\n b\n-c\n\\ No newline at end of file\n+c\n"),
        ("a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"),
        ("a\nb", "x\nb", "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n"),
        ("a\r\nb\n", "a\r\nc\n", "@@ -1,2 +1,2 @@\n a\r\n-b\n+c\n"),
        ("a\rb\x0cc\u2028d\n", "x\n", "@@ -1 +1 @@\n-a\rb\x0cc\u2028d\n+x\n"),
        ("same\n", "same\n", ""),
        ("", "", ""),
    ],
)
def test_hunks_with_one_line_of_context(old: str, new: str, hunks: str) -> None:
    assert unified_hunks(old, new, 1) == hunks


def test_changes_share_a_hunk_when_their_context_touches() -> None:
    old = lines(*"123456")
    assert unified_hunks(old, lines(*"1X34Y6"), 1) == ("@@ -1,6 +1,6 @@\n 1\n-2\n+X\n 3\n 4\n-5\n+Y\n 6\n")
    assert unified_hunks(old, lines(*"1X345Y"), 1) == ("@@ -1,3 +1,3 @@\n 1\n-2\n+X\n 3\n@@ -5,2 +5,2 @@\n 5\n-6\n+Y\n")
    assert unified_hunks(old, lines(*"1X345Y"), 3).count("@@ -") == 1


def test_an_insertion_stands_after_the_lines_it_repeats() -> None:
    assert unified_hunks(lines(*"abbc"), lines(*"abbbc"), 1) == "@@ -3,2 +3,3 @@\n b\n+b\n c\n"


def test_an_insertion_joins_the_one_above_that_it_can_reach() -> None:
    old = lines("d", "a", "j")
    assert unified_hunks(old, lines("d", "x", "a", "a", "j"), 1) == "@@ -1,2 +1,4 @@\n d\n+x\n+a\n a\n"


def test_git_applies_the_diffs_of_random_edits(tmp_path: Path) -> None:
    chance = random.Random(20251124)
    patch, expected = "", {}
    for number in range(300):
        old, new = random_edit(chance)
        hunks = unified_hunks(old, new, chance.choice([1, 3]))
        if hunks:
            (tmp_path / f"f{number}").write_text(old)
            expected[f"f{number}"] = new
            patch += f"--- a/f{number}\n+++ b/f{number}\n{hunks}"
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True)
    assert {name: (tmp_path / name).read_text() for name in expected} == expected


def random_edit(chance: random.Random) -> tuple[str, str]:
    letters = "abcdefghijklmnop"[: chance.choice([2, 4, 16])]
    old = [chance.choice(letters) for _ in range(chance.randint(1, 40))]
    new = list(old)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(new))
        new[at : at + chance.randint(0, 4)] = [chance.choice(letters) for _ in range(chance.randint(0, 4))]
    # Git takes a file that becomes empty for a deleted one.
    return text(chance, old), text(chance, new or ["z"])


def text(chance: random.Random, words: list[str]) -> str:
    return "\n".join(words) + chance.choice(["\n", "\n", ""])


@pytest.mark.parametrize("size", [3000, 12000])
def test_a_file_turned_upside_down_still_gets_a_right_diff(tmp_path: Path, size: int) -> None:
    chance = random.Random(size)
    old = [str(chance.randrange(size)) for _ in range(size)]
    new = list(old)
    chance.shuffle(new)
    (tmp_path / "f").write_text(lines(*old))
    patch = f"--- a/f\n+++ b/f\n{unified_hunks(lines(*old), lines(*new), 3)}"
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True)
    assert (tmp_path / "f").read_text() == lines(*new)


def test_the_search_is_shortest_until_it_takes_too_long() -> None:
    left = [1, 2, 3, 1, 2, 2, 1]
    right = [3, 2, 1, 2, 1, 3]
    runs = shortest_runs(left, right)
    assert runs is not None
    assert sum(count for _, _, count in runs) == 4
    assert shortest_runs(list(range(5000)), list(range(5000, 0, -1))) is None


@pytest.mark.parametrize("alphabet", [2, 50, 100_000])
def test_an_approximation_pairs_equal_elements_in_order(alphabet: int) -> None:
    chance = random.Random(alphabet)
    left = [chance.randrange(alphabet) for _ in range(4000)]
    right = [chance.randrange(alphabet) for _ in range(4000)]
    runs = approximate_runs(left, right)
    pairs = [(i + step, j + step) for i, j, count in runs for step in range(count)]
    assert all(left[i] == right[j] for i, j in pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))


def test_lines_that_only_one_side_has_do_not_end_the_search() -> None:
    kept = [f"kept {number}" for number in range(3000)]
    old = [line for word in kept for line in (word, f"old {word}")]
    new = [line for word in kept for line in (f"new {word}", word)]
    hunks = unified_hunks(lines(*old), lines(*new), 0)
    assert hunks.count("\n-") == hunks.count("\n+") == 3000
