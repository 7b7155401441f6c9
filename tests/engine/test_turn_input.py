"""What the user says while a turn runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from story import added, after_context, answer, conversation, message, says, shell, text_delta

from octavo.engine import operations
from octavo.protocol import ops
from octavo.protocol.policy import ReadOnly
from octavo.protocol.turn_items import LocalImageInput, TextInput


async def test_words_during_a_tool_call_join_the_next_request(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    os.mkfifo(workspace / "gate")
    async with conversation(workspace, [answer(shell("cat gate")), says("done")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_begin")
        said_id = await talk.say("and this")
        await talk.submit(ops.ListCustomPrompts())
        await talk.until("list_custom_prompts_response")
        (workspace / "gate").write_text("open\n")
        turn = await talk.rest_of(turn_id)
        assert after_context(talk.input())[0] == "go"
        assert after_context(talk.input())[1] == "shell(c1)"
        assert after_context(talk.input())[-1] == "and this"
        assert after_context(talk.saved_items())[-2:] == ["and this", "done"]
    assert said_id not in turn.ids()
    assert [payload["message"] for payload in turn.all("user_message")] == ["go"]
    assert len(turn.all("task_started")) == len(turn.all("task_complete")) == 1


async def test_words_while_the_last_message_streams_are_answered_too(tmp_path: Path) -> None:
    hold, said = asyncio.Event(), message("first")
    script = [answer(added(said), text_delta("fir"), hold, said), says("second")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("agent_message_delta")
        await talk.say("wait")
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        hold.set()
        turn = await talk.rest_of(turn_id)
        assert after_context(talk.input()) == ["go", "first", "wait"]
    assert turn.one("task_complete")["last_agent_message"] == "second"


async def test_several_pieces_keep_their_order(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with conversation(tmp_path / "w", [answer(hold, message("first")), says("second")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("token_count")
        for text in "abc":
            await talk.say(text)
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        hold.set()
        await talk.rest_of(turn_id)
        assert after_context(talk.input()) == ["go", "first", "a", "b", "c"]


async def test_settings_that_come_with_such_words_hold_from_the_next_turn_on(tmp_path: Path) -> None:
    hold = asyncio.Event()
    script = [answer(hold, message("first")), says("second"), says("third")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("token_count")
        await talk.submit(talk.turn_op("more", cwd=tmp_path, sandbox=ReadOnly(), model="gpt-5"))
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        hold.set()
        await talk.rest_of(turn_id)
        await talk.user("next")
        assert [request["model"] for request in talk.requests] == ["gpt-5-codex", "gpt-5-codex", "gpt-5"]


async def test_a_schema_for_the_answer_holds_for_its_turn_only(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {}}
    async with conversation(tmp_path / "w", [says("{}"), says("b")]) as talk:
        await talk.user_turn("go", cwd=tmp_path, schema=schema)
        await talk.user("on")
        first, second = talk.requests
    assert first["text"]["format"]["schema"] == schema
    assert "format" not in second.get("text", {})


async def test_asking_for_a_summary_while_a_turn_runs_only_says_so_to_the_model(tmp_path: Path) -> None:
    hold = asyncio.Event()
    script = [answer(hold, message("first")), says("second")]
    async with conversation(tmp_path / "w", script, compact_prompt="SUM UP") as talk:
        turn_id = await talk.say("go")
        await talk.until("token_count")
        await talk.submit(ops.Compact())
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        hold.set()
        turn = await talk.rest_of(turn_id)
        assert after_context(talk.input()) == ["go", "first", "SUM UP"]
        assert "compacted" not in {line["type"] for line in talk.saved}
    assert turn.one("task_complete")["last_agent_message"] == "second"


async def test_a_picture_that_breaks_its_reader_does_not_stop_the_conversation(tmp_path: Path) -> None:
    from PIL import Image

    odd = tmp_path / "odd.dds"
    Image.new("RGB", (4, 4)).save(odd)
    data = bytearray(odd.read_bytes())
    data[80] = 152  # flags that no reader knows
    odd.write_bytes(data)
    hold = asyncio.Event()
    async with conversation(tmp_path / "w", [answer(hold, message("first")), says("second")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("token_count")
        await talk.submit(ops.UserInputOp((LocalImageInput(str(odd)),)))
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        hold.set()
        await talk.rest_of(turn_id)
        (told,) = after_context(talk.input())[2:]
    assert f"The local image at `{odd}` cannot be attached" in told


async def test_bytes_of_a_command_line_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("fine")]) as talk:
        turn = await talk.user("caf\udce9 \u20ac")
        assert after_context(talk.input()) == ["caf? \u20ac"]
    assert turn.one("user_message")["message"] == "caf? \u20ac"


async def test_an_operation_that_breaks_is_told_and_the_next_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("oops")

    async with conversation(tmp_path / "w", [says("fine")]) as talk:
        with monkeypatch.context() as patched:
            patched.setattr(operations, "turn_context", broken)
            await talk.submit(ops.UserInputOp((TextInput("go"),)), "mine")
            assert (await talk.until("error"))["message"] == "internal error: ZeroDivisionError: oops"
            assert talk.told[-1]["id"] == "mine"
        assert (await talk.user("on")).one("task_complete")["last_agent_message"] == "fine"
