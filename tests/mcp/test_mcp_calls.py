"""Calls of MCP tools in a turn: what the model gets, what clients hear, and what a bad server can do to us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_talks import ask_for, calls, odd, output, seen
from story import Json, answer, call, conversation, freeform, says


async def called(workspace: Path, name: str, arguments: Json | str = "{}", *habits: str, **entry: Any) -> Any:
    """What the model gets for one call of a tool of the odd server."""
    async with conversation(workspace, calls(name, arguments), mcp_servers={"odd": odd(*habits, **entry)}) as talk:
        return await ask_for(talk)


async def test_structured_answers_come_first_and_keep_their_order(tmp_path: Path) -> None:
    assert await called(tmp_path / "w", "echo", '{"z": 1, "y": 2.0}') == '{"b":{"z":1,"y":2.0},"a":1}'


async def test_blank_arguments_are_not_sent(tmp_path: Path) -> None:
    log = tmp_path / "seen"
    assert await called(tmp_path / "w", "echo", "  ", env={"SEEN": str(log)}) == '{"b":null,"a":1}'
    assert "arguments" not in seen(log)[-1]["params"]


async def test_bad_json_is_not_called_and_not_told(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", calls("echo", "{not json"), mcp_servers={"odd": odd()}) as talk:
        assert (await ask_for(talk)).startswith("err: ")
        assert "mcp_tool_call_begin" not in [event["msg"]["type"] for event in talk.told]


async def test_arguments_that_are_no_object_are_told(tmp_path: Path) -> None:
    assert "must be a JSON object, got [1]" in await called(tmp_path / "w", "echo", "[1]")


async def test_pictures_reach_the_model_as_pictures(tmp_path: Path) -> None:
    assert await called(tmp_path / "w", "picture") == [
        {"type": "input_text", "text": "look:"},
        {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
    ]


async def test_what_a_tool_calls_an_error_is_still_its_answer(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", calls("fail"), mcp_servers={"odd": odd()}) as talk:
        told = await talk.user("go")
        assert output(talk) == '[{"text":"it broke","type":"text"}]'
        assert told.one("mcp_tool_call_begin") == {
            "type": "mcp_tool_call_begin",
            "call_id": "c1",
            "invocation": {"server": "odd", "tool": "fail", "arguments": {}},
        }
        end = told.one("mcp_tool_call_end")
        assert end.pop("duration").keys() == {"secs", "nanos"}
        assert end["result"] == {"Ok": {"content": [{"text": "it broke", "type": "text"}], "isError": True}}


async def test_an_error_of_the_server_is_told_with_its_data(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", calls("error"), mcp_servers={"odd": odd()}) as talk:
        told = await talk.user("go")
        text = (
            "tool call error: tool call failed for `odd/error`\n\nCaused by:\n"
            '    tools/call failed: Mcp error: -32000: nope({"x":1})'
        )
        assert output(talk) == text
        assert told.one("mcp_tool_call_end")["result"] == {"Err": text}


async def test_unknown_and_forbidden_tools_are_unsupported(tmp_path: Path) -> None:
    assert await called(tmp_path / "w", "nothing") == "unsupported call: mcp__odd__nothing"
    assert await called(tmp_path / "w2", "echo", disabled_tools=["echo"]) == "unsupported call: mcp__odd__echo"


async def test_free_text_cannot_be_given_to_a_tool(tmp_path: Path) -> None:
    model = [answer(freeform("mcp__odd__echo", "hello"))]
    async with conversation(tmp_path / "w", model, mcp_servers={"odd": odd()}) as talk:
        told = await talk.user("go")
        assert told.one("error")["message"] == ("Fatal error: tool mcp__odd__echo invoked with incompatible payload")


async def test_a_tool_that_takes_too_long_fails_and_the_next_call_works(tmp_path: Path) -> None:
    log = tmp_path / "seen"
    model = [answer(call("mcp__odd__late", {})), answer(call("mcp__odd__env", {}, "c2")), says("done")]
    servers = {"odd": odd(tool_timeout_sec=0.25, env={"SEEN": str(log)})}
    async with conversation(tmp_path / "w", model, mcp_servers=servers) as talk:
        await talk.user("go")
        assert output(talk, 1) == (
            "tool call error: tool call failed for `odd/late`\n\nCaused by:\n"
            "    0: timed out awaiting tools/call after 250ms\n    1: deadline has elapsed"
        )
        assert "too late" not in output(talk, 2)
        assert "SEEN" in output(talk, 2)
    assert [message["method"] for message in seen(log)][-2:] == ["notifications/cancelled", "tools/call"]


async def test_an_interrupted_call_is_answered_aborted_and_the_server_lives_on(tmp_path: Path) -> None:
    model = [answer(call("mcp__odd__never", {})), answer(call("mcp__odd__echo", {}, "c2")), says("done")]
    async with conversation(tmp_path / "w", model, mcp_servers={"odd": odd()}) as talk:
        turn = await talk.say("go")
        await talk.until("mcp_tool_call_begin")
        await talk.interrupt()
        await talk.rest_of(turn)
        await talk.user("go on")
        outputs = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
        assert outputs == ["aborted", '{"b":{},"a":1}']


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ("die", "connection closed"),
        ("rubbish", "connection closed: the server wrote something that is not JSON: Segmentation fault (core dumped)"),
        ("shapeless", "Mcp error: -32603: the server's answer is not a valid message"),
    ],
)
async def test_a_server_that_breaks_in_a_call_breaks_only_that(tmp_path: Path, tool: str, reason: str) -> None:
    model = [answer(call(f"mcp__odd__{tool}", {})), answer(call("mcp__other__echo", {}, "c2")), says("done")]
    async with conversation(tmp_path / "w", model, mcp_servers={"odd": odd(), "other": odd()}) as talk:
        told = await talk.user("go")
        assert output(talk, 1).endswith(f"\n    tools/call failed: {reason}")
        assert output(talk, 2) == '{"b":{},"a":1}'
        assert told.one("task_complete")["last_agent_message"] == "done"


async def test_half_a_character_in_an_answer_does_not_lose_the_answer(tmp_path: Path) -> None:
    (block,) = json.loads(await called(tmp_path / "w", "halves"))
    assert block["text"] == "cut \ufffd here, \U0001f600 not, \\ud83d neither"


@pytest.mark.parametrize("tool", ["flood", "notify", "chatter"])
async def test_noise_is_no_answer_and_blocks_nobody(
    tmp_path: Path, tool: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tool[:4] in await called(tmp_path / "w", tool)
    assert capfd.readouterr() == ("", "")


async def test_20_megabytes_come_through_whole(tmp_path: Path) -> None:
    size = 20_000_000
    async with conversation(tmp_path / "w", calls("big", {"bytes": size}), mcp_servers={"odd": odd()}) as talk:
        told = await talk.user("go")
        (block,) = told.one("mcp_tool_call_end")["result"]["Ok"]["content"]
        assert len(block["text"]) == size
        assert len(output(talk)) < 20_000


async def test_questions_of_a_server_get_no_more_than_they_must(tmp_path: Path) -> None:
    (block,) = json.loads(await called(tmp_path / "w", "ask"))
    assert json.loads(block["text"]) == [
        {},
        {"action": "decline"},
        {"roots": []},
        {"code": -32601, "message": "sampling/createMessage"},
        {"code": -32601, "message": "x/y"},
    ]


async def test_a_server_sees_only_what_it_was_promised_of_our_environment(tmp_path: Path) -> None:
    environ = {"HID": "1", "OPENAI_API_KEY": "secret", "SHOWN": "2"}
    servers = {"odd": odd(env={"OWN": "3"}, env_vars=["SHOWN"])}
    async with conversation(tmp_path / "w", calls("env"), mcp_servers=servers, environ=environ) as talk:
        got = json.loads(json.loads(await ask_for(talk))[0]["text"])
    got.pop("LC_CTYPE", None)  # Python sets it by itself
    assert got.keys() == {"PATH", "HOME", "LANG", "SHOWN", "OWN"}
