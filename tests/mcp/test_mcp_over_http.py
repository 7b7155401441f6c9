"""Servers over HTTP: what goes along with requests, and what their refusals become."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp_talks import ask_for, calls
from socks_proxy import SocksProxy
from story import answer, call, conversation, says
from web_server import Answer, Asked, json_answer, mcp_over_http, web_server


async def test_a_tool_is_called_over_http(tmp_path: Path) -> None:
    with web_server(mcp_over_http) as web:
        entry = {"url": f"{web.url}/mcp", "http_headers": {"X-A": "1"}, "env_http_headers": {"X-B": "VAR", "X-C": "NO"}}
        environ = {"VAR": "2"}
        model = calls("echo", {}, "web")
        async with conversation(tmp_path / "w", model, mcp_servers={"web": entry}, environ=environ) as talk:
            assert '[{"text":"xxx' in await ask_for(talk)
    initialize, *later = web.asked
    assert initialize.headers["accept"].replace(" ", "").split(",") == ["application/json", "text/event-stream"]
    assert "mcp-session-id" not in initialize.headers
    assert all(asked.headers["x-a"] == "1" and asked.headers["x-b"] == "2" for asked in web.asked)
    assert all("x-c" not in asked.headers and "authorization" not in asked.headers for asked in web.asked)
    assert all(asked.headers["mcp-session-id"] == "s-1" for asked in later)
    assert all(asked.headers["mcp-protocol-version"] == "2025-06-18" for asked in later)
    assert [asked.message["method"] for asked in web.of("POST")] == [
        "initialize",
        "notifications/initialized",
        "tools/list",
        "tools/call",
    ]
    assert len(web.of("GET")) >= 1
    assert len(web.of("DELETE")) == 1


async def test_the_bearer_token_is_sent_if_there_is_one(tmp_path: Path) -> None:
    with web_server(mcp_over_http) as web:
        servers = {
            "set": {"url": f"{web.url}/set", "bearer_token_env_var": "TOK"},
            "unset": {"url": f"{web.url}/unset", "bearer_token_env_var": "NOTOK"},
        }
        async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers, environ={"TOK": "abc"}) as talk:
            await talk.user("go")
    assert {asked.headers.get("authorization") for asked in web.asked if asked.path == "/set"} == {"Bearer abc"}
    assert {asked.headers.get("authorization") for asked in web.asked if asked.path == "/unset"} == {None}


async def test_a_server_that_wants_a_login_says_how(tmp_path: Path) -> None:
    with web_server(lambda asked: Answer(401, b"who?", (("WWW-Authenticate", "Bearer"),))) as web:
        async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"web": {"url": web.url}}) as talk:
            told = await talk.user("go")
    assert told.one("error")["message"] == "The web MCP server is not logged in. Run `octavo mcp login web`."


async def test_a_refusal_is_told_in_the_servers_words(tmp_path: Path) -> None:
    with web_server(lambda asked: Answer(503, b"come back later")) as web:
        async with conversation(tmp_path / "w", [says("hi")], mcp_servers={"web": {"url": web.url}}) as talk:
            told = await talk.user("go")
    assert told.one("error")["message"] == (
        "MCP client for `web` failed to start: handshaking with MCP server failed: "
        "Mcp error: -32603: unexpected status 503 Service Unavailable: come back later"
    )


async def test_a_connection_that_breaks_in_one_call_works_in_the_next(tmp_path: Path) -> None:
    failures = [Answer(500, b"<html>oops</html>"), json_answer([1]), Answer(200, b"?", (("Content-Type", "x/y"),))]

    def fickle(asked: Asked) -> Answer:
        is_call = asked.method == "POST" and asked.message["method"] == "tools/call"
        return failures.pop(0) if is_call and failures else mcp_over_http(asked)

    model = [answer(call("mcp__web__echo", {}, f"c{number}")) for number in range(4)]
    with web_server(fickle) as web:
        servers = {"web": {"url": web.url}}
        async with conversation(tmp_path / "w", [*model, says("done")], mcp_servers=servers) as talk:
            await talk.user("go")
            outputs = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    assert "unexpected status 500 Internal Server Error: <html>oops</html>" in outputs[0]
    assert all(text.startswith("tool call error: tool call failed for `web/echo`") for text in outputs[:3])
    assert '[{"text":"xxx' in outputs[3]


@pytest.mark.parametrize("value", ["quic://nonsense", "http://"])
async def test_a_proxy_variable_that_is_not_for_this_server_stops_nothing(tmp_path: Path, value: str) -> None:
    environ = {"HTTPS_PROXY": value, "ALL_PROXY": value, "NO_PROXY": "127.0.0.1"}
    with web_server(mcp_over_http) as web:
        servers = {"web": {"url": f"{web.url}/mcp"}}
        async with conversation(tmp_path / "w", calls("echo", {}, "web"), mcp_servers=servers, environ=environ) as talk:
            assert "xxx" in await ask_for(talk)


async def test_a_proxy_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    servers = {"web": {"url": "http://model.example/mcp"}}
    environ = {"HTTP_PROXY": "quic://nonsense"}
    async with conversation(tmp_path / "w", [says("hi")], mcp_servers=servers, environ=environ) as talk:
        told = await talk.user("go")
    assert told.one("error")["message"].startswith(
        "MCP client for `web` failed to start: proxy 'quic://nonsense' is not supported"
    )


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
async def test_a_server_is_reached_through_a_socks_proxy(tmp_path: Path, scheme: str) -> None:
    with SocksProxy((b"us er", b"pw")) as proxy, web_server(mcp_over_http) as web:
        servers = {"web": {"url": web.url.replace("127.0.0.1", "model.example") + "/mcp"}}
        environ = {"ALL_PROXY": f"{scheme}://us%20er:pw@127.0.0.1:{proxy.port}"}
        async with conversation(tmp_path / "w", calls("echo", {}, "web"), mcp_servers=servers, environ=environ) as talk:
            assert "xxx" in await ask_for(talk)
    assert {host for host, _ in proxy.asked} == {"model.example"}
    assert set(proxy.logins) == {(b"us er", b"pw")}
