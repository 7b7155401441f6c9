"""Making room with care: old outputs go first and are named, what matters stays, and all of it can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from story import Talk, after_context, answer, conversation, fails, patch, plan, says, shell, texts

from octavo.protocol import ops

LONG = "seq -f 'a line of forty bytes, and the number %g' 1 180"
"""Prints about 8,000 bytes."""


def careful(limit: int, **more: Any) -> dict[str, Any]:
    return {
        "model_auto_compact_token_limit": limit,
        "compaction": "careful",
        "sandbox_mode": "danger-full-access",
        **more,
    }


def outputs(items: list[dict[str, Any]]) -> dict[str, str]:
    return {item["call_id"]: item["output"] for item in items if "output" in item}


def compacted_lines(talk: Talk) -> list[dict[str, Any]]:
    return [line["payload"] for line in talk.saved if line["type"] == "compacted"]


async def roll_back(talk: Talk) -> Any:
    return await talk.rest_of(await talk.submit(ops.RollBackCompaction()))


async def test_old_outputs_go_first_and_no_model_is_asked_if_that_is_enough(tmp_path: Path) -> None:
    script = [
        answer(shell(LONG, "c1")),
        answer(shell("echo small", "c2")),
        says("x" * 2000, tokens=4500),
        says("done"),
    ]
    async with conversation(tmp_path / "w", script, **careful(4500)) as talk:
        turn = await talk.user("count")
        assert len(talk.requests) == 4  # none of them asks for a summary
        sent = outputs(talk.input())
        assert "bytes of output of exit code 0 were taken out to make room" in sent["c1"]
        assert "small" in sent["c2"]
        assert "x" * 2000 in texts(talk.input())
        said = turn.one("warning")["message"]
        assert said.startswith("Took out old tool output to make room: 1 output, ")
        assert "seq -f" in said
        (line,) = compacted_lines(talk)
        (dropped,) = line["dropped"]
        assert (dropped["call_id"], "seq -f" in dropped["call"]) == ("c1", True)
        assert dropped["bytes"] > 5000
    async with conversation(tmp_path / "w", [says("on")], resume=talk.path, **careful(5000)) as again:
        await again.user("go on")
        assert outputs(again.input())["c1"] == sent["c1"]


async def test_words_plan_files_and_last_steps_stay_as_they_are(tmp_path: Path) -> None:
    script = [
        answer(plan(("look", "completed"), ("mend", "in_progress"))),
        answer(patch("*** Add File: made.txt\n+hello")),
        answer(shell(LONG, "c1")),
        says("Half way.", tokens=10),
        answer(shell("echo the last step", "c9")),
        says("full", tokens=5000),
        says("THE NOTE"),
        says("done"),
    ]
    async with conversation(tmp_path / "w", script, **careful(2000)) as talk:
        await talk.user("Mend   it, word for word")
        turn = await talk.user("and then?")
        shown = after_context(talk.input())
        assert shown[:2] == ["Mend   it, word for word", "update_plan(p1)"]
        note = next(text for text in shown if "THE NOTE" in text)
        assert "Files that patches have touched so far:\n- made.txt\n" in note
        assert "the last step" in outputs(talk.input())["c9"]
        assert shown.index(note) < shown.index("shell(c9)")
        assert not any("c1" in text for text in shown)
        assert "and then?" in shown
        assert turn.one("task_complete")["last_agent_message"] == "done"
        (line,) = compacted_lines(talk)
        assert [one["call_id"] for one in line["dropped"]] == ["c1"]
        assert line["others"] > 0
        assert line["message"] == "THE NOTE"


async def test_the_plan_and_the_files_outlive_a_second_compaction(tmp_path: Path) -> None:
    script = [
        answer(plan(("look", "completed"))),
        answer(patch("*** Add File: made.txt\n+hello")),
        says("one"),
        says("FIRST"),
        says("two"),
        says("SECOND"),
        says("three"),
    ]
    async with conversation(tmp_path / "w", script, **careful(10**6)) as talk:
        await talk.user("go")
        await talk.rest_of(await talk.submit(ops.Compact()))
        await talk.user("on")
        await talk.rest_of(await talk.submit(ops.Compact()))
        await talk.user("and on")
        shown = after_context(talk.input())
    assert "update_plan(p1)" in shown
    assert [text for text in shown if text in ("go", "on", "and on")] == ["go", "on", "and on"]
    (note,) = (text for text in shown if "<compaction_note>" in text)
    assert "SECOND" in note
    assert "- made.txt" in note


async def test_no_second_one_where_nothing_has_come_since(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("one"), says("S"), says("two")], **careful(10**6)) as talk:
        await talk.user("go")
        await talk.rest_of(await talk.submit(ops.Compact()))
        again = await talk.rest_of(await talk.submit(ops.Compact()))
        assert again.one("agent_message")["message"].startswith("Nothing has come since")
        assert len(talk.requests) == 2
        assert len(compacted_lines(talk)) == 1
    async with conversation(tmp_path / "w", [], resume=talk.path, **careful(10**6)) as resumed:
        again = await resumed.rest_of(await resumed.submit(ops.Compact()))
        assert again.one("agent_message")["message"].startswith("Nothing has come since")


async def test_when_outputs_were_not_enough_the_model_is_asked_and_then_the_turn_ends(tmp_path: Path) -> None:
    script = [
        answer(shell(LONG, "c1")),
        answer(shell(LONG, "c2")),
        says("x" * 2000, tokens=5000),
        says("still full", tokens=5000),
        says("THE NOTE"),
        says("and still", tokens=5000),
    ]
    async with conversation(tmp_path / "w", script, **careful(5000)) as talk:
        turn = await talk.user("count")
        assert len(talk.requests) == 6
        assert "still above the token limit" in turn.one("error")["message"]
        assert len(compacted_lines(talk)) == 2


async def test_a_failed_question_takes_nothing_away(tmp_path: Path) -> None:
    script = [answer(shell(LONG, "c1")), says("x" * 2000), fails("fatal", "no"), says("fine")]
    async with conversation(tmp_path / "w", script, **careful(10**6)) as talk:
        await talk.user("go")
        before = talk.input()
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert "warning" not in turn.kinds()
        await talk.user("on")
        assert talk.input()[: len(before)] == before


async def test_a_compaction_is_taken_back_and_what_came_since_stays(tmp_path: Path) -> None:
    for mode in ("careful", "bridge"):
        script = [answer(shell(LONG, "c1")), says("one"), says("THE NOTE"), says("two"), says("three")]
        settings = careful(10**6) | {"compaction": mode}
        async with conversation(tmp_path / mode, script, **settings) as talk:
            await talk.user("go")
            await talk.rest_of(await talk.submit(ops.Compact()))
            await talk.user("on")
            turn = await roll_back(talk)
            assert turn.one("agent_message")["message"].startswith("The compaction was taken back")
            await talk.user("and on")
            shown = after_context(talk.input())
            assert [text for text in shown if not text.startswith("c1")] == [
                "go",
                "shell(c1)",
                "one",
                "on",
                "two",
                "and on",
            ]
            assert len(outputs(talk.input())["c1"]) > 5000
            assert "no compaction" in (await roll_back(talk)).one("error")["message"]
        async with conversation(tmp_path / mode, [says("four")], resume=talk.path, **settings) as again:
            await again.user("more")
            assert after_context(again.input())[: len(shown)] == shown


async def test_two_are_taken_back_one_after_the_other_in_a_later_run(tmp_path: Path) -> None:
    script = [says("one"), says("FIRST"), says("two"), says("SECOND")]
    async with conversation(tmp_path / "w", script, **careful(10**6)) as talk:
        for words in ("go", "on"):
            await talk.user(words)
            await talk.rest_of(await talk.submit(ops.Compact()))
    async with conversation(tmp_path / "w", [says("a"), says("b")], resume=talk.path, **careful(10**6)) as again:
        await roll_back(again)
        await again.user("once")
        once = after_context(again.input())
        assert any("FIRST" in text for text in once)
        assert not any("SECOND" in text for text in once)
        await roll_back(again)
        await again.user("twice")
        assert after_context(again.input()) == ["go", "one", "on", "two", "once", "a", "twice"]


async def test_nothing_can_be_taken_back_while_a_turn_runs(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("sleep 60")), says("x")], **careful(10**6)) as talk:
        await talk.say("go")
        await talk.until("exec_command_begin")
        error = await talk.reply(ops.RollBackCompaction(), "error")
        assert "while a turn runs" in error["message"]
        await talk.interrupt()
        await talk.until("turn_aborted")
