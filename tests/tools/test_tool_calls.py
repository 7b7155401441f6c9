"""From a call of the model to its answer: which tools there are, bad calls, order and parallel calls."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from story import (
    Talk,
    Told,
    after_context,
    answer,
    call,
    conversation,
    freeform,
    local_shell,
    message,
    plan,
    says,
    shell,
)


async def outputs(workspace: Path, *calls: dict[str, Any], **settings: Any) -> list[str]:
    """What the calls of one answer give the model."""
    async with conversation(workspace, [answer(*calls), says("done")], **settings) as talk:
        await talk.user("go")
        return sent_outputs(talk)


def sent_outputs(talk: Talk) -> list[str]:
    return [item["output"] for item in talk.input() if item["type"].endswith("_output")]


async def test_unknown_tools_are_answered_in_words(tmp_path: Path) -> None:
    assert await outputs(tmp_path / "w", call("nope", "{}"), freeform("zzz", "x", "c2")) == [
        "unsupported call: nope",
        "unsupported custom tool call: zzz",
    ]


async def test_a_call_of_the_wrong_kind_ends_the_turn(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(freeform("shell", "ls")), says("fine")]) as talk:
        turn = await talk.user("go")
        assert turn.kinds()[-2:] == ["error", "task_complete"]
        assert turn.one("error")["message"] == "Fatal error: tool shell invoked with incompatible payload"
        await talk.user("on")
        assert after_context(talk.input())[-1] == "on"


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "arguments",
    [
        *("", "{", '{"command":"ls"}', "{}", "[]"),
        *('{"command":["ls"],"timeout_ms":-1}', '{"command":["ls"],"timeout_ms":1e400}'),
        '{"command":["ls"],"timeout_ms":%s}' % ("9" * 400),
        '{"command":["\\ud800"]}',
        '{"command":["ls"],"x":' + DEEP + "}",
        DEEP,
    ],
    ids=range(11),
)
async def test_arguments_that_do_not_fit_are_answered_in_words(tmp_path: Path, arguments: str) -> None:
    (output,) = await outputs(tmp_path / "w", call("shell", arguments))
    assert output.startswith("failed to parse function arguments: ")


async def test_a_local_shell_call_without_any_id(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(local_shell(["ls"], None)), says("done")]) as talk:
        turn = await talk.user("go")
    (output,) = [item for item in turn.items if item["type"] == "function_call_output"]
    assert output == {
        "type": "function_call_output",
        "call_id": "",
        "output": "LocalShellCall without call_id or id",
    }


async def test_a_local_shell_call_may_have_an_item_id_only(tmp_path: Path) -> None:
    item = local_shell(["echo", "hi"], None) | {"id": "ls_1"}
    async with conversation(tmp_path / "w", [answer(item), says("done")], model="codex-mini-latest") as talk:
        turn = await talk.user("go")
    assert turn.one("exec_command_begin")["is_user_shell_command"] is True
    assert turn.one("exec_command_end")["stdout"] == "hi\n"


async def test_calls_that_may_not_run_side_by_side_run_in_order(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    calls = [shell(f"echo {n} >> log; cat log", f"c{n}") for n in range(4)]
    async with conversation(workspace, [answer(*calls), says("done")]) as talk:
        turn = await talk.user("go")
        assert [item["call_id"] for item in talk.input() if "output" in item] == ["c0", "c1", "c2", "c3"]
        assert talk.requests[0]["parallel_tool_calls"] is False
    kinds = turn.kinds("exec_command_output_delta")
    place = kinds.index("exec_command_begin")
    assert kinds[place : place + 8] == ["exec_command_begin", "exec_command_end"] * 4
    assert turn.all("exec_command_end")[3]["stdout"] == "0\n1\n2\n3\n"


def barrier(call_id: str, name: str, participants: int = 2) -> dict[str, Any]:
    met = {"id": name, "participants": participants, "timeout_ms": 10_000}
    return call("test_sync_tool", {"barrier": met}, call_id)


async def test_calls_that_may_run_side_by_side_do(tmp_path: Path) -> None:
    calls = [barrier("c1", str(tmp_path)), barrier("c2", str(tmp_path))]
    assert await outputs(tmp_path / "w", *calls, model="test-gpt-5-codex") == ["ok", "ok"]


async def test_a_call_that_runs_alone_waits_for_the_others_and_they_for_it(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    name = str(tmp_path)
    calls = [
        barrier("c1", name),
        shell("echo shell >> log", "c2"),
        barrier("c3", name + "b"),
        barrier("c4", name + "b"),
    ]
    meeting = answer(calls[0], barrier("c0", name), *calls[1:])
    async with conversation(workspace, [meeting, says("done")], model="test-gpt-5-codex") as talk:
        await talk.user("go")
        got = [(item["call_id"], item["output"][:2]) for item in talk.input() if "output" in item]
    assert got == [("c1", "ok"), ("c0", "ok"), ("c2", '{"'), ("c3", "ok"), ("c4", "ok")]


async def test_fifty_calls_in_one_answer(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    calls = [shell(f"echo {n}", f"c{n}") if n % 10 == 0 else plan(("s", "pending"), call_id=f"c{n}") for n in range(50)]
    async with conversation(workspace, [answer(*calls), says("done")]) as talk:
        turn = await talk.user("go")
        pairs = [item["call_id"] for item in talk.input() if "call_id" in item]
    assert pairs == [f"c{n}" for n in range(50) for _ in range(2)]
    assert len(turn.all("exec_command_end")) == 5
    assert len(turn.all("plan_update")) == 45


async def test_a_tool_starts_while_the_answer_still_streams(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with conversation(tmp_path / "w", [answer(shell("echo hi"), hold, message("m")), says("done")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_end")
        hold.set()
        await talk.rest_of(turn_id)
        assert [text.split(":")[0] for text in after_context(talk.input())] == ["go", "shell(c1)", "c1", "m"]


async def test_a_tool_that_breaks_ends_its_turn_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from octavo.tools import update_plan

    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("oops")

    async with conversation(tmp_path / "w", [answer(plan(("a", "pending"))), says("fine")]) as talk:
        with monkeypatch.context() as patched:
            patched.setattr(update_plan, "parse_arguments", broken)
            turn = await talk.user("go")
        assert turn.one("error")["message"] == "Fatal error: tool task failed to receive: oops"
        assert (await talk.user("on")).one("task_complete")["last_agent_message"] == "fine"


# --- what is offered ------------------------------------------------------------------------------


async def offered(workspace: Path, **settings: Any) -> list[str]:
    async with conversation(workspace, [says("a")], **settings) as talk:
        await talk.user("go")
        return [tool.get("name", tool["type"]) for tool in talk.requests[0]["tools"]]


MCP = ["list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-5-codex", ["shell", *MCP, "update_plan", "apply_patch", "view_image"]),
        ("gpt-5", ["shell", *MCP, "update_plan", "view_image"]),
        ("codex-mini-latest", ["local_shell", *MCP, "update_plan", "view_image"]),
        ("gpt-oss:20b", ["shell", *MCP, "update_plan", "apply_patch", "view_image"]),
        (
            "codex-exp-1",
            [*["shell", *MCP, "update_plan", "apply_patch"], *["grep_files", "read_file", "list_dir", "view_image"]],
        ),
    ],
)
async def test_which_tools_a_model_is_offered(tmp_path: Path, model: str, expected: list[str]) -> None:
    assert await offered(tmp_path / "w", model=model) == expected


async def test_features_change_the_offer(tmp_path: Path) -> None:
    features = {"web_search_request": True, "view_image_tool": False, "apply_patch_freeform": True}
    expected = ["shell", *MCP, "update_plan", "apply_patch", "web_search"]
    assert await offered(tmp_path / "w", model="gpt-5", features=features) == expected


# --- the small tools ------------------------------------------------------------------------------


async def test_a_plan_is_shown(tmp_path: Path) -> None:
    steps = plan(("a", "completed"), ("b", "in_progress"), ("c", "pending"))
    async with conversation(tmp_path / "w", [answer(steps), says("done")]) as talk:
        turn = await talk.user("go")
        assert sent_outputs(talk) == ["Plan updated"]
    assert turn.one("plan_update") == {
        "type": "plan_update",
        "explanation": None,
        "plan": [
            {"step": "a", "status": "completed"},
            {"step": "b", "status": "in_progress"},
            {"step": "c", "status": "pending"},
        ],
    }


async def test_a_plan_with_an_unknown_status_or_field_is_not_shown(tmp_path: Path) -> None:
    odd = call("update_plan", {"plan": [], "extra": 1}, "p2")
    async with conversation(tmp_path / "w", [answer(plan(("a", "bogus")), odd), says("done")]) as talk:
        turn = await talk.user("go")
        assert all(text.startswith("failed to parse function arguments: ") for text in sent_outputs(talk))
    assert not turn.all("plan_update")


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


async def test_a_picture_is_attached_to_the_next_request(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "dot.png").write_bytes(PIXEL)
    async with conversation(workspace, [answer(call("view_image", {"path": "dot.png"})), says("done")]) as talk:
        turn = await talk.user("go")
        assert after_context(talk.input()) == ["go", "view_image(c1)", "c1: attached local image path", "<image>"]
        part = talk.input()[-1]["content"][0]
        assert part["image_url"].startswith("data:image/png;base64,iVBOR")
    assert turn.one("view_image_tool_call") == {
        "type": "view_image_tool_call",
        "call_id": "c1",
        "path": str(workspace / "dot.png"),
    }
    assert len(turn.all("user_message")) == 1


@pytest.mark.parametrize("content", [b"<html>Not Found</html>", b"", b"<svg/>", PIXEL[:50]])
async def test_a_picture_by_name_alone_becomes_words(tmp_path: Path, content: bytes) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "dot.png").write_bytes(content)
    async with conversation(workspace, [answer(call("view_image", {"path": "dot.png"})), says("done")]) as talk:
        await talk.user("go")
        words = after_context(talk.input())[-1]
        assert words.startswith(f"The local image at `{workspace / 'dot.png'}` cannot be attached: ")


async def test_a_picture_that_is_none_becomes_words(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "note.txt").write_text("hi")
    async with conversation(workspace, [answer(call("view_image", {"path": "note.txt"})), says("done")]) as talk:
        await talk.user("go")
        assert "unsupported MIME type `text/plain`" in after_context(talk.input())[-1]


async def test_a_picture_that_is_not_there(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    got = await outputs(workspace, call("view_image", {"path": "no"}), call("view_image", {"path": "."}, "c2"))
    assert got == [
        f"unable to locate image at `{workspace}/no`: No such file or directory (os error 2)",
        f"image path `{workspace}` is not a file",
    ]


async def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    os.mkfifo(workspace / "pipe")
    (got,) = await outputs(workspace, call("view_image", {"path": "pipe"}))
    assert got == f"image path `{workspace}/pipe` is not a file"


async def test_resources_without_servers(tmp_path: Path) -> None:
    calls = [
        call("list_mcp_resources", "", "c0"),
        call("list_mcp_resource_templates", {"server": " "}, "c1"),
        call("list_mcp_resources", {"server": "nope"}, "c2"),
        call("list_mcp_resources", {"cursor": "x"}, "c3"),
        call("read_mcp_resource", {"server": "s"}, "c4"),
        call("read_mcp_resource", {"server": "", "uri": "u"}, "c5"),
        call("read_mcp_resource", "", "c6"),
    ]
    async with conversation(tmp_path / "w", [answer(*calls), says("done")]) as talk:
        turn = await talk.user("go")
        assert sent_outputs(talk) == [
            '{"resources":[]}',
            '{"resourceTemplates":[]}',
            "resources/list failed: unknown MCP server 'nope'",
            "cursor can only be used when a server is specified",
            "failed to parse function arguments: missing field `uri`",
            "server must be provided",
            "failed to parse function arguments: expected value",
        ]
    assert _mcp_ends(turn)["c0"] == {
        "Ok": {"content": [{"type": "text", "text": '{"resources":[]}'}], "isError": False}
    }
    assert _mcp_ends(turn)["c2"] == {"Err": "resources/list failed: unknown MCP server 'nope'"}
    assert set(_mcp_ends(turn)) == {"c0", "c1", "c2", "c3", "c5"}
    servers = {payload["call_id"]: payload["invocation"]["server"] for payload in turn.all("mcp_tool_call_begin")}
    assert (servers["c0"], servers["c2"]) == ("codex", "nope")


def _mcp_ends(turn: Told) -> dict[str, Any]:
    return {payload["call_id"]: payload["result"] for payload in turn.all("mcp_tool_call_end")}


async def test_results_read_back_as_the_model_got_them(tmp_path: Path) -> None:
    """Text that JSON must escape, and text that it must not."""
    workspace = tmp_path / "w"
    async with conversation(workspace, [answer(shell("printf 'é\\t\"\\001'")), says("done")], model="gpt-5") as talk:
        await talk.user("go")
        (output,) = sent_outputs(talk)
    assert output.startswith('{"output":"é\\t\\"\\u0001","metadata":{"exit_code":0,"duration_seconds":0.')
    assert json.loads(output)["metadata"]["exit_code"] == 0
