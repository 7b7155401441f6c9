"""Patches on large and on repetitive files: exact, and nothing else has to wait for them."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from story import answer, conversation, patch, says

from octavo.patch.diff import unified_hunks
from octavo.patch.locate import SearchedFile
from octavo.patch.verify import verify, weight


async def test_a_patch_that_no_argument_could_hold_is_applied(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    content = "".join(f"line {number} of a long file\n" for number in range(20_000))
    added = "*** Add File: big.txt\n" + "".join(f"+{line}\n" for line in content.splitlines())
    async with conversation(workspace, [answer(patch(added.rstrip("\n"), "c1")), says("done")]) as talk:
        turn = await talk.user("go")
    assert turn.one("patch_apply_end")["success"]
    assert (workspace / "big.txt").read_text() == content


async def test_a_large_file_is_patched_beside_the_conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    lines = [f"line {number}" for number in range(20_000)]
    (workspace / "big.txt").write_text("\n".join(lines) + "\n")
    loops: list[asyncio.AbstractEventLoop | None] = []

    def noted(text: str, cwd: str, *more: Any) -> object:
        try:
            loops.append(asyncio.get_running_loop())
        except RuntimeError:
            loops.append(None)
        return verify(text, cwd, *more)

    monkeypatch.setattr("octavo.tools.patch_call.verify", noted)
    large = answer(patch("*** Update File: big.txt\n@@\n-line 7\n+seven", "c1"))
    small = answer(patch("*** Add File: small.txt\n+1", "c2"))
    async with conversation(workspace, [large, small, says("done")]) as talk:
        turn = await talk.user("go")
    assert [end["success"] for end in turn.all("patch_apply_end")] == [True, True]
    assert loops[0] is None, "beside"
    assert loops[1] is not None, "a small one is not worth a thread"
    assert "-line 7\n+seven\n" in turn.all("turn_diff")[-1]["unified_diff"]
    assert (workspace / "big.txt").read_text().startswith("line 0\n")


def test_the_weight_counts_the_files_that_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x" * 1000)
    (tmp_path / "b").write_text("x" * 500)
    text = "*** Begin Patch\n*** Update File: a\n@@\n-x\n*** Delete File: b\n*** Add File: c\n+x\n*** End Patch"
    assert weight(text, str(tmp_path)) == 1500 + len(text)
    assert weight("*** Update File: gone\0", str(tmp_path)) < 100


def test_repetitive_lines_are_found_in_the_same_place_as_others() -> None:
    chance = random.Random(7)
    for _ in range(300):
        lines = [chance.choice("ab") for _ in range(chance.randint(1, 40))]
        pattern = [chance.choice("ab") for _ in range(chance.randint(1, 6))]
        start = chance.randint(0, 5)
        places = (at for at in range(start, len(lines) - len(pattern) + 1) if lines[at : at + len(pattern)] == pattern)
        assert SearchedFile(lines).seek(pattern, start) == next(places, None)


def test_the_search_in_equal_lines_ends() -> None:
    """Its time would otherwise grow with the product of the lengths: hours for this one."""
    lines = ["}"] * 400_000
    assert SearchedFile(lines).seek(["}"] * 100_000 + ["x"], 0) is None
    assert SearchedFile([*lines, "x"]).seek(["}"] * 100_000 + ["x"], 0) == 300_000


def test_files_with_nothing_in_common_become_one_hunk() -> None:
    old, new = ("".join(f"{name}{number}\n" for number in range(50_000)) for name in "ab")
    hunks = unified_hunks(old, new, 3)
    assert hunks.startswith("@@ -1,50000 +1,50000 @@\n-a0\n")
    assert hunks.count("@@") == 2
    assert hunks.endswith("+b49999\n")


def test_many_changes_in_a_long_file_are_all_shown() -> None:
    lines = [f"line {number}\n" for number in range(20_000)]
    changed = list(lines)
    for number in range(50, 20_000, 100):
        changed[number] = "other\n"
    hunks = unified_hunks("".join(lines), "".join(changed), 3)
    assert hunks.count("\n+other\n") == 200
    assert hunks.count("@@ -") == 200
