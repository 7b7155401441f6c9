"""What servers hold for reading, and the list of everything that they offer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_talks import odd, output
from story import Json, answer, call, conversation, says

from octavo.protocol import ops

A, B = {"server": "odd", "name": "a", "uri": "mem://a"}, {"server": "odd", "name": "b", "uri": "mem://b"}


async def ask(workspace: Path, tool: str, arguments: Json, servers: Json) -> tuple[Any, Json]:
    """What the model gets, and how the call ended for the client."""
    async with conversation(workspace, [answer(call(tool, arguments)), says("done")], mcp_servers=servers) as talk:
        told = await talk.user("go")
        end = told.one("mcp_tool_call_end")
        return output(talk), {"invocation": end["invocation"], "result": end["result"]}


async def test_one_server_is_listed_page_by_page(tmp_path: Path) -> None:
    first, _ = await ask(tmp_path / "w", "list_mcp_resources", {"server": " odd "}, {"odd": odd()})
    assert first == '{"server":"odd","resources":[{"server":"odd","name":"a","uri":"mem://a"}],"nextCursor":"two"}'
    second, end = await ask(tmp_path / "w", "list_mcp_resources", {"server": "odd", "cursor": "two"}, {"odd": odd()})
    assert second == '{"server":"odd","resources":[{"server":"odd","name":"b","uri":"mem://b"}]}'
    assert end["invocation"]["server"] == "odd"
    assert end["result"]["Ok"] == {"content": [{"type": "text", "text": second}], "isError": False}


async def test_all_servers_are_listed_whole_without_those_that_fail(tmp_path: Path) -> None:
    servers = {"odd": odd(), "circles": odd("circles"), "gone": {"command": "no-such-program"}}
    text, end = await ask(tmp_path / "w", "list_mcp_resources", {}, servers)
    assert json.loads(text) == {"resources": [A, B]}
    assert end["invocation"] == {"server": "codex", "tool": "list_mcp_resources", "arguments": None}
    text, _ = await ask(tmp_path / "w", "list_mcp_resource_templates", {}, servers)
    assert [entry["server"] for entry in json.loads(text)["resourceTemplates"]] == ["circles", "odd"]


async def test_a_resource_is_read(tmp_path: Path) -> None:
    text, _ = await ask(tmp_path / "w", "read_mcp_resource", {"server": "odd", "uri": "mem://a"}, {"odd": odd()})
    assert text == '{"server":"odd","uri":"mem://a","contents":[{"uri":"mem://a","text":"hello"}]}'


@pytest.mark.parametrize("servers", [{}, {"odd": odd()}])
@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("list_mcp_resources", {"server": "zz"}, "resources/list failed: unknown MCP server 'zz'"),
        ("list_mcp_resource_templates", {"server": "zz"}, "resources/templates/list failed: unknown MCP server 'zz'"),
        ("read_mcp_resource", {"server": "zz", "uri": "x"}, "resources/read failed: unknown MCP server 'zz'"),
        ("read_mcp_resource", {"server": "", "uri": "x"}, "server must be provided"),
        ("read_mcp_resource", {"server": "zz", "uri": " "}, "uri must be provided"),
        ("list_mcp_resources", {"cursor": "x"}, "cursor can only be used when a server is specified"),
    ],
)
async def test_what_cannot_be_listed_is_told(
    tmp_path: Path, servers: Json, tool: str, arguments: Json, text: str
) -> None:
    got, end = await ask(tmp_path / "w", tool, arguments, servers)
    assert got == text
    assert end["result"] == {"Err": text}


async def test_clients_can_ask_for_all_that_is_offered(tmp_path: Path) -> None:
    servers = {"odd": odd(enabled_tools=["echo"]), "web": {"url": "http://127.0.0.1:9/x", "bearer_token_env_var": "T"}}
    async with conversation(tmp_path / "w", [], mcp_servers=servers) as talk:
        reply = await talk.reply(ops.ListMcpTools(), "mcp_list_tools_response")
    assert reply["tools"] == {"mcp__odd__echo": {"name": "echo", "inputSchema": {"type": "object", "properties": {}}}}
    assert [entry["uri"] for entry in reply["resources"]["odd"]] == ["mem://a", "mem://b"]
    assert list(reply["resource_templates"]) == ["odd"]
    assert reply["auth_statuses"] == {"odd": "unsupported", "web": "bearer_token"}


async def test_without_servers_nothing_is_offered(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", []) as talk:
        reply = await talk.reply(ops.ListMcpTools(), "mcp_list_tools_response")
    assert reply == {
        "type": "mcp_list_tools_response",
        "tools": {},
        "resources": {},
        "resource_templates": {},
        "auth_statuses": {},
    }
