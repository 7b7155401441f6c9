"""The limits of the reading tools, the search program as it is called, and plans."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from story import Json, answer, call, conversation, says

from octavo.tools.errors import RespondToModel
from octavo.tools.reading import grep_files, list_dir


def program(folder: Path, script: str) -> dict[str, str]:
    """An environment in which the search program is this script."""
    folder.mkdir()
    (folder / "rg").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "rg").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


async def grep(tmp_path: Path, script: str, **arguments: object) -> list[str]:
    workspace = tmp_path / "w"
    workspace.mkdir(exist_ok=True)
    environ = program(tmp_path / "bin", script)
    return (await grep_files.run(json.dumps({"pattern": "x"} | arguments), str(workspace), environ)).split("\n")


@pytest.mark.parametrize(("arguments", "shown"), [({}, 100), ({"limit": 3}, 3), ({"limit": 10**6}, 2000)])
async def test_no_more_than_two_thousand_paths_are_named(tmp_path: Path, arguments: Json, shown: int) -> None:
    assert await grep(tmp_path, "seq 3000", **arguments) == [str(number) for number in range(1, shown + 1)]


async def test_the_search_program_is_told_everything_in_words(tmp_path: Path) -> None:
    words = await grep(tmp_path, 'pwd; for word; do echo "$word"; done', pattern=" a b ", include=" *.py ", path=".")
    assert words == [
        *(f"{tmp_path}/w", "--files-with-matches", "--sortr=modified", "--regexp", "a b", "--no-messages"),
        *("--glob", "*.py", "--", f"{tmp_path}/w/."),
    ]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("exit 1", "No matches found."),
        ("echo wrong >&2; exit 2", "rg failed: wrong\n"),
        ("echo x; exit 3", "rg failed: "),
    ],
)
async def test_how_a_search_without_a_result_is_told(tmp_path: Path, script: str, text: str) -> None:
    workspace = tmp_path / "w"
    environ = program(tmp_path / "bin", script)
    item = call("grep_files", {"pattern": "x"})
    async with conversation(workspace, [answer(item), says("a")], model="codex-exp-1", environ=environ) as talk:
        await talk.user("go")
        assert [one["output"] for one in talk.input() if one["type"] == "function_call_output"] == [text]


async def test_a_search_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grep_files, "TIMEOUT_MS", 50)
    with pytest.raises(RespondToModel, match=r"^rg timed out after 30 seconds$"):
        await grep(tmp_path, "sleep 77")


def test_a_folder_shows_its_first_entries(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}").touch()
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)

    def listed(**more: int) -> list[str]:
        return list_dir.run(json.dumps({"dir_path": str(tmp_path), **more}), "/").split("\n")[1:]

    assert listed() == [*(f"{number:02}" for number in range(25)), "More than 25 entries found"]
    assert listed(offset=30) == ["29", "a/", "  b/"]
    assert listed(offset=31, limit=1) == ["a/", "More than 1 entries found"]


async def test_a_result_of_several_thousand_lines_is_cut_like_any_other(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "long").write_text("x\n" * 3000)
    item = call("read_file", {"file_path": str(workspace / "long")})
    async with conversation(workspace, [answer(item), says("a")], model="codex-exp-1") as talk:
        await talk.user("go")
        (output,) = [one["output"] for one in talk.input() if one["type"] == "function_call_output"]
    lines = output.split("\n")
    assert lines[:3] == ["Total output lines: 2000", "", "L1: x"]
    assert "[... omitted 1744 of 2000 lines ...]" in lines
    assert lines[-1] == "L2000: x"


async def test_a_plan_may_come_with_reasons_and_is_told_before_its_answer(tmp_path: Path) -> None:
    item = call("update_plan", {"explanation": "why", "plan": []})
    async with conversation(tmp_path / "w", [answer(item), says("a")]) as talk:
        turn = await talk.user("go")
    assert turn.one("plan_update") == {"type": "plan_update", "explanation": "why", "plan": []}
    answers = [n for n, event in enumerate(turn) if event["msg"].get("item", {}).get("call_id") == "c1"]
    assert turn.index({"id": turn[-1]["id"], "msg": turn.one("plan_update")}) < answers[-1]


@pytest.mark.parametrize("more", [{"x": 1}, {"status": None}, {"step": 1}, {"status": "done"}])
async def test_a_plan_with_an_odd_step_is_not_shown(tmp_path: Path, more: Json) -> None:
    item = call("update_plan", {"plan": [{"step": "a", "status": "pending"} | more]})
    async with conversation(tmp_path / "w", [answer(item), says("a")]) as talk:
        turn = await talk.user("go")
        (output,) = [one["output"] for one in talk.input() if one["type"] == "function_call_output"]
    assert output.startswith("failed to parse function arguments: ")
    assert not turn.all("plan_update")
