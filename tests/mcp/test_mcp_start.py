"""How MCP servers start, side by side with everything else, and how those are told that do not."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_talks import ODD_SERVER, ask_for, calls, odd, offered, output, seen
from story import answer, call, conversation, processes_with, says

from octavo.protocol import ops


async def test_the_conversation_is_announced_before_its_servers_are_started(tmp_path: Path) -> None:
    slow = odd("silent", startup_timeout_sec=30)
    async with conversation(tmp_path / "w", [], mcp_servers={"slow": slow}) as talk:
        reply = await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        assert reply["custom_prompts"] == []
        assert talk.told[0]["msg"]["type"] == "session_configured"


async def test_the_first_request_offers_the_tools_of_all_servers_in_order(tmp_path: Path) -> None:
    servers = {"b": odd(enabled_tools=["env", "echo"]), "a": odd(enabled_tools=["fail"]), "off": odd(enabled=False)}
    async with conversation(tmp_path / "w", [says("hi"), says("again")], mcp_servers=servers) as talk:
        await talk.user("go")
        await talk.user("go on")
        assert offered(talk) == ["mcp__a__fail", "mcp__b__echo", "mcp__b__env"]
        assert talk.requests[0]["tools"] == talk.requests[1]["tools"]
        assert [tool.get("name") for tool in talk.requests[0]["tools"]][-4:-3] == ["view_image"]


async def test_each_server_that_fails_is_told_before_the_turn_and_stops_nobody(tmp_path: Path) -> None:
    servers = {
        "gone": {"command": "no-such-program"},
        "nodir": odd(cwd="/no/such/folder"),
        "silent": odd("silent", startup_timeout_sec=1.5),
        "exits": odd("exits"),
        "bad name": odd(),
        "http": {"url": "http://127.0.0.1:9/mcp"},
        "good": odd(enabled_tools=["echo"]),
    }
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        told = await talk.user("go")
        errors = [event["msg"]["message"] for event in told if event["msg"]["type"] == "error" and event["id"] == ""]
        kinds = told.kinds()
        assert kinds.index("task_started") > len(errors)
        assert offered(talk) == ["mcp__good__echo"]
        assert sorted(errors)[:5] == [
            "MCP client for `exits` failed to start: handshaking with MCP server failed: "
            "connection closed: initialize response",
            "MCP client for `gone` failed to start: No such file or directory (os error 2)",
            "MCP client for `http` failed to start: handshaking with MCP server failed: "
            "Mcp error: -32603: All connection attempts failed",
            "MCP client for `nodir` failed to start: No such file or directory (os error 2)",
            "MCP client for `silent` timed out after 1 seconds. Add or adjust `startup_timeout_sec` in your "
            "config.toml:\n[mcp_servers.silent]\nstartup_timeout_sec = XX",
        ]
        assert sorted(errors)[5:] == ["invalid server name 'bad name': must match pattern ^[a-zA-Z0-9_-]+$"]


async def test_a_server_that_does_not_tell_its_tools_is_used_without(tmp_path: Path) -> None:
    servers = {"odd": odd("toolless", startup_timeout_sec=2)}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        told = await talk.user("go")
        assert "error" not in told.kinds()
        assert offered(talk) == []


async def test_the_handshake_is_the_one_that_servers_know(tmp_path: Path) -> None:
    log = tmp_path / "seen"
    servers = {"odd": odd("old", env={"SEEN": str(log)})}
    async with conversation(tmp_path / "w", calls("echo", "{}"), mcp_servers=servers) as talk:
        await talk.user("go")
    first, *rest = seen(log)
    first["params"]["clientInfo"].pop("version")
    assert first == {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "codex-mcp-client", "title": "Codex"},
        },
    }
    call = {"_meta": {"progressToken": 1}, "name": "echo", "arguments": {}}
    assert rest == [
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {"progressToken": 0}}},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]


async def test_schemas_are_squeezed_and_what_does_not_fit_is_left_out(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"odd": odd("strange")}) as talk:
        await talk.user("go")
        assert offered(talk) == ["mcp__odd__good", "mcp__odd__na_ve_name", "mcp__odd__nested"]
        naive = next(tool for tool in talk.requests[0]["tools"] if "na_ve" in tool.get("name", ""))
        assert naive["parameters"]["properties"] == {"a": {"type": "integer", "enum": [1]}, "z": {"type": "string"}}
        assert naive["description"] == ""


async def test_what_a_server_prints_besides_messages_is_skipped_and_told_once(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", calls("echo", "{}"), mcp_servers={"odd": odd("no-json")}) as talk:
        told = await talk.user("go")
        assert output(talk) == '{"b":{},"a":1}'
    [remark] = told.all("background_event")
    assert remark["message"] == (
        "MCP server `odd` writes what is no message to stdout; it is skipped: ]0;pwned Welcome to my server!"
    )
    assert "error" not in told.kinds()


@pytest.mark.parametrize(
    ("habit", "reason"),
    [
        ("no-list", "the answer to tools/list has no list"),
        ("toolless", "timed out awaiting tools/list after "),
    ],
)
async def test_a_server_that_does_not_list_its_tools_is_told(tmp_path: Path, habit: str, reason: str) -> None:
    servers = {"odd": odd(habit, startup_timeout_sec=2)}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        told = await talk.user("go")
    [remark] = told.all("background_event")
    expected = f"MCP server `odd` did not list its tools, so the model does not have them: {reason}"
    assert remark["message"].startswith(expected)


async def test_a_server_that_does_not_list_its_tools_again_keeps_those_of_before_and_is_told_once(
    tmp_path: Path,
) -> None:
    script = [answer(call("mcp__odd__grow", "{}")), answer(call("mcp__odd__grow", "{}", "c2")), says("done")]
    async with conversation(tmp_path / "w", script, mcp_servers={"odd": odd("no-list-again")}) as talk:
        told = await talk.user("go")
        assert offered(talk, 2) == offered(talk, 0) != []
    remarks = [remark["message"] for remark in told.all("background_event")]
    assert remarks == ["MCP server `odd` did not list all of its tools: the answer to tools/list has no list"]


async def test_a_server_without_tools_is_none_to_tell_of(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"odd": odd("no-method")}) as talk:
        told = await talk.user("go")
    assert {"background_event", "error"}.isdisjoint(told.kinds())


async def test_a_server_that_prints_something_and_ends_is_told_with_its_words(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"odd": odd("no-json", "exits")}) as talk:
        error = (await talk.user("go")).one("error")["message"]
    assert error.endswith(
        "connection closed: the server wrote something that is not JSON: ]0;pwned Welcome to my server!"
    )


async def test_tools_with_any_name_can_be_called(tmp_path: Path) -> None:
    servers = {"odd": odd("names")}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        await talk.user("go")
        names = offered(talk)
    assert len(names) == len(set(names)) == 9
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names)
    script = [answer(*(call(name, "{}", f"c{place}") for place, name in enumerate(names))), says("done")]
    async with conversation(tmp_path / "w2", script, mcp_servers=servers) as talk:
        await talk.user("go")
        outputs = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    called = [json.loads(text)[0]["text"].removeprefix("called ") for text in outputs]
    assert sorted(called) == sorted(
        ["a.b", "a/b", "a_b", "with blank", "naïve", "查询", "删除", "x" * 80, "x" * 79 + "."]
    )


async def test_all_pages_of_tools_are_offered(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"odd": odd("pages", "many")}) as talk:
        await talk.user("go")
        assert len(offered(talk)) == 500


@pytest.mark.parametrize("habit", ["circles", "broken-pages"])
async def test_pages_that_lead_nowhere_end(tmp_path: Path, habit: str) -> None:
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"odd": odd(habit)}) as talk:
        await talk.user("go")
        assert "mcp__odd__echo" in offered(talk)
        assert len(offered(talk)) == len(set(offered(talk)))


async def test_tools_that_a_server_gets_in_a_turn_are_offered_in_its_next_request(tmp_path: Path) -> None:
    script = [
        answer(call("mcp__odd__grow", "{}")),
        answer(call("mcp__odd__grown_0", "{}", "c2")),
        says("done"),
        says("again"),
    ]
    async with conversation(tmp_path / "w", script, mcp_servers={"odd": odd(), "two": odd()}) as talk:
        await talk.user("go")
        assert "mcp__odd__grown_0" not in offered(talk, 0)
        assert "mcp__odd__grown_0" in offered(talk, 1)
        assert output(talk, 2) == '[{"text":"called grown_0","type":"text"}]'
        assert set(offered(talk, 1)) - set(offered(talk, 0)) == {"mcp__odd__grown_0"}
        await talk.user("go on")
        assert talk.requests[3]["tools"] == talk.requests[1]["tools"]


async def test_endless_schemas_break_nothing(tmp_path: Path) -> None:
    servers = {"odd": odd("strange", "deep"), "good": odd(enabled_tools=["echo"])}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        await talk.user("go")
        assert "mcp__good__echo" in offered(talk)
        assert "mcp__odd__nested" not in offered(talk)


async def test_500_tools_are_offered_and_of_two_with_one_name_the_first(tmp_path: Path) -> None:
    servers = {"many": odd("many"), "odd": odd("clash")}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers) as talk:
        await talk.user("go")
        assert len(offered(talk)) == 501
        (same,) = [tool for tool in talk.requests[0]["tools"] if tool.get("name") == "mcp__odd__same"]
        assert same["description"] == "first"


async def test_a_turn_that_waits_for_servers_can_be_interrupted_and_its_words_stay(tmp_path: Path) -> None:
    servers = {"odd": odd("silent", startup_timeout_sec=30)}
    async with conversation(tmp_path / "w", [], mcp_servers=servers) as talk:
        turn = await talk.say("remember this")
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")  # by then it waits
        await talk.interrupt()
        told = await talk.rest_of(turn)
        assert told.kinds() == [
            "session_configured",
            "list_custom_prompts_response",
            "item_started",
            "item_completed",
            "user_message",
            "turn_aborted",
        ]
        await talk.shut_down()
        assert any("remember this" in json.dumps(item) for item in talk.saved_items())


async def test_a_server_runs_in_our_folder_or_its_own(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", calls("cwd"), mcp_servers={"odd": odd()}) as talk:
        assert os.getcwd() in await ask_for(talk)
    async with conversation(tmp_path / "w", calls("cwd"), mcp_servers={"odd": odd(cwd=str(tmp_path))}) as talk:
        assert str(tmp_path) in await ask_for(talk)


async def test_no_server_outlives_the_conversation(tmp_path: Path) -> None:
    marker = f"marker-{os.urandom(8).hex()}"
    silent = odd("silent", marker, startup_timeout_sec=0.2)
    servers = {"odd": odd(marker), "stubborn": odd("stubborn", marker), "silent": silent}
    async with conversation(tmp_path / "w", calls("child"), mcp_servers=servers) as talk:
        child = int(json.loads(await ask_for(talk))[0]["text"])
        assert len(processes_with(marker)) >= 2
        assert Path(f"/proc/{child}").exists()
    assert processes_with(marker) == []
    assert not Path(f"/proc/{child}").exists()


async def test_a_conversation_that_is_closed_at_any_moment_leaves_nothing_behind(tmp_path: Path) -> None:
    marker = f"marker-{os.urandom(8).hex()}"
    silent = odd("silent", marker, startup_timeout_sec=30)
    servers = {"a": odd(marker), "b": odd("no-json", marker), "c": silent, "d": {"url": "http://127.0.0.1:9/"}}
    before: set[str] = set()
    for turns in (0, 0, 1, 3, 10, 30, 100, 300, 1000):
        async with conversation(tmp_path / "w", [], mcp_servers=servers):
            for _ in range(turns):
                await asyncio.sleep(0)
        assert processes_with(marker) == []
        open_files = {os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()}
        # The first one starts what commands of all conversations share.
        before = before or open_files
        assert {name for name in open_files - before if name.startswith(("pipe:", "socket:"))} == set()
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_outlives_a_program_that_is_killed(tmp_path: Path, number: int) -> None:
    marker = f"marker-{os.urandom(8).hex()}"
    program = f"""
import asyncio, os
from octavo.config.mcp_servers import McpServer, StdioTransport
from octavo.mcp.oauth.credentials import TokenStore
from octavo.mcp.servers import McpServers
async def main():
    arguments = ("-I", "-S", {str(ODD_SERVER)!r}, "stubborn", {marker!r})
    server = McpServer(StdioTransport({sys.executable!r}, arguments, None, (), None))
    servers = McpServers({{"odd": server}}, dict(os.environ), TokenStore({str(tmp_path)!r}, "file"))
    await servers.started()
    print(servers.running, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"('odd',)\n"
    assert processes_with(marker)
    process.send_signal(number)
    process.wait()
    process.stdout.close()
    asyncio.run(_gone(marker))


async def _gone(marker: str) -> None:
    async with asyncio.timeout(10):
        while processes_with(marker):
            await asyncio.sleep(0.05)


def test_without_servers_nothing_of_the_protocol_is_imported(tmp_path: Path) -> None:
    program = """
import asyncio, sys
sys.path[:0] = [sys.argv[2]]
from pathlib import Path
from story import conversation, says
async def main():
    off = {"off": {"command": "x", "enabled": False}}
    async with conversation(Path(sys.argv[1]), [says("hi")], mcp_servers=off) as talk:
        await talk.user("go")
asyncio.run(main())
print([name for name in sys.modules if name in ("mcp", "pydantic", "anyio", "httpx2", "octavo.mcp.servers")])
"""
    helpers = str(Path(__file__).parent.parent / "engine")
    argv = [sys.executable, "-c", program, str(tmp_path / "w"), helpers]
    assert subprocess.run(argv, capture_output=True, check=True).stdout == b"[]\n"
