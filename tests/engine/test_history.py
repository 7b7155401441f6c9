"""What the model sees: pairs of calls and outputs, cut outputs, and requests that begin like the ones before."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from story import answer, call, conversation, message, patch, plan, reasoning, says, shell, texts

from octavo.engine.history import History
from octavo.model.scripted import ScriptedBackend
from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    GhostCommit,
    GhostSnapshot,
    InputText,
    LocalShellCall,
    LocalShellExec,
    Message,
    ResponseItem,
    encode_item,
)


def asked(text: str) -> Message:
    return Message("user", (InputText(text),))


def function(call_id: str) -> FunctionCall:
    return FunctionCall("shell", "{}", call_id)


def shown(history: History, text_form: bool = False) -> list[str]:
    return texts([json.loads(bytes(raw)) for raw in history.view(text_form=text_form).encoded])


def test_a_call_without_an_output_is_answered_right_behind_it() -> None:
    custom = CustomToolCall(call_id="c2", name="apply_patch", input="x")
    local = LocalShellCall("c3", "completed", LocalShellExec(("ls",)))
    history = History([function("c1"), custom, asked("a"), local])
    expected = ["shell(c1)", "c1: aborted", "apply_patch(c2)", "c2: aborted", "a", "<local_shell_call>", "c3: aborted"]
    assert shown(history) == expected
    assert isinstance(history.items[3], CustomToolCallOutput)


def test_an_output_without_its_call_is_dropped() -> None:
    history = History([asked("a"), FunctionCallOutput("c9", "x"), CustomToolCallOutput("c1", "y"), function("c1")])
    assert shown(history) == ["a", "shell(c1)", "c1: aborted"]


def test_an_output_may_stand_anywhere() -> None:
    history = History([FunctionCallOutput("c1", "early"), asked("a"), function("c1")])
    assert shown(history) == ["c1: early", "a", "shell(c1)"]


def test_messages_in_the_name_of_the_system_and_snapshots_are_not_sent() -> None:
    system = Message("system", (InputText("s"),))
    history = History([system, asked("a"), GhostSnapshot(GhostCommit("abc"))])
    assert shown(history) == ["a"]
    assert len(history.snapshots) == 1


@pytest.mark.parametrize("first", ["call", "output"])
def test_the_oldest_item_goes_together_with_its_partner(first: str) -> None:
    pair: list[ResponseItem] = [function("c1"), FunctionCallOutput("c1", "x")]
    history = History([*(pair if first == "call" else pair[::-1]), asked("a")])
    history.drop_oldest()
    assert shown(history) == ["a"]


def test_an_output_is_cut_once_whatever_happens_to_the_history() -> None:
    history = History([function("c0"), FunctionCallOutput("c0", "\n".join(["y" * 100] * 200)), function("c1")])
    cut = history.items[1]
    assert "[... output truncated to fit 10240 bytes ...]" in str(cut)
    shown(history)
    assert history.items[1] == cut
    assert history.copy().items[1] == cut


def test_a_line_without_end_keeps_its_head_only() -> None:
    history = History([function("c0"), FunctionCallOutput("c0", "z" * 30_000)])
    assert history.items[1] == FunctionCallOutput(
        "c0", f"Total output lines: 1\n\n{'z' * 5120}\n[... output truncated to fit 10240 bytes ...]\n\n"
    )


def test_an_output_of_several_parts_is_not_cut() -> None:
    parts = (InputText("a" * 9_000), InputText("b" * 3_000))
    history = History([function("c0"), FunctionCallOutput("c0", parts)])
    assert history.items[1] == FunctionCallOutput("c0", parts)


async def test_what_escaping_makes_too_long_is_cut_for_the_model_and_whole_on_disk(tmp_path: Path) -> None:
    command = "python3 -c 'print(chr(34) * 9000)'"
    async with conversation(tmp_path / "w", [answer(shell(command)), says("done")]) as talk:
        await talk.user("go")
        sent = next(item["output"] for item in talk.input() if item["type"] == "function_call_output")
        saved = next(item["output"] for item in talk.saved_items() if item["type"] == "function_call_output")
    assert sent.startswith('Total output lines: 1\n\n{"output":"\\"\\"')
    assert sent.endswith("[... output truncated to fit 10240 bytes ...]\n\n")
    assert json.loads(saved)["output"] == '"' * 9000 + "\n"


async def test_many_lines_keep_the_first_and_the_last_ones(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("seq 0 399")), says("done")]) as talk:
        turn = await talk.user("go")
        sent = next(item["output"] for item in talk.input() if item["type"] == "function_call_output")
    lines = sent.split("\n")
    assert lines[0] == "Exit code: 0"
    assert lines[2:4] == ["Total output lines: 400", "Output:"]
    middle = lines.index("[... omitted 144 of 400 lines ...]")
    assert lines[middle - 2] == "127"
    assert lines[middle + 2] == "272"
    assert turn.one("exec_command_end")["aggregated_output"].count("\n") == 400


@pytest.mark.parametrize(("lines", "is_cut"), [(256, False), (257, True)])
async def test_the_longest_output_that_is_not_cut(tmp_path: Path, lines: int, is_cut: bool) -> None:
    script = [answer(shell(f"seq {lines}")), says("done")]
    async with conversation(tmp_path / "w", script, model="gpt-4o") as talk:
        await talk.user("go")
        sent = next(item["output"] for item in talk.input() if item["type"] == "function_call_output")
    assert ("[... omitted 1 of 257 lines ...]" in sent) == is_cut


async def test_each_request_of_a_long_session_begins_with_the_one_before(tmp_path: Path) -> None:
    """So that the provider's cache of prompts serves all but the newest items."""
    script = []
    for number in range(25):
        tool = [shell("printf '%s' \"a\\nb\"", f"s{number}"), plan(("a", "pending"), call_id=f"p{number}")]
        edit = patch(f"*** Add File: f{number}\n+{number}", f"e{number}")
        odd = [call("nope", "{}", f"n{number}"), edit if number % 6 == 0 else tool[number % 2]]
        script += [answer(reasoning("T"), message("working"), *odd), says(f"done {number}")]
    async with conversation(tmp_path / "w", script) as talk:
        for number in range(25):
            await talk.user(f"do {number} \u00e9\u2028")
        assert isinstance(talk.backend, ScriptedBackend)
        payloads: list[Any] = [request.payload for request in talk.backend.requests]
    assert len(payloads) == 50
    for before, after in itertools.pairwise(payloads):
        assert len(before.input) < len(after.input)
        assert [bytes(raw) for raw in before.input] == [bytes(raw) for raw in after.input[: len(before.input)]]
        assert msgspec.json.encode(before.tools) == msgspec.json.encode(after.tools)
        assert (before.instructions, before.prompt_cache_key) == (after.instructions, after.prompt_cache_key)


async def test_an_aborted_call_does_not_change_what_was_sent_before(tmp_path: Path) -> None:
    script = [answer(shell("seq 400", "c0")), answer(shell("echo up; sleep 77")), says("b"), says("c")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_begin", call_id="c1")
        await talk.until("exec_command_output_delta", call_id="c1")
        await talk.interrupt()
        await talk.rest_of(turn_id)
        await talk.user("next")
        before, after = talk.requests[1]["input"], talk.requests[2]["input"]
    assert after[: len(before)] == before


def test_ids_of_the_server_are_not_sent() -> None:
    item = msgspec.structs.replace(function("c1"), id="fc_1")
    assert b'"id"' not in encode_item(item)
