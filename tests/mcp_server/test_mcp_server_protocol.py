"""Lines, the handshake and the list of tools of `octavo mcp-server`."""

from __future__ import annotations

import subprocess
import sys

from mcp_server_client import Place

HELLO = {"protocolVersion": "2024-01-01", "capabilities": {}, "clientInfo": {"name": "me", "version": "1.0"}}


def test_the_handshake_echoes_the_version_and_says_who_we_are(place: Place) -> None:
    server = place.server()
    server.request(0, "initialize", HELLO)
    reply = server.reply(0)
    assert reply["jsonrpc"] == "2.0"
    about = reply["result"].pop("serverInfo")
    assert reply["result"] == {"capabilities": {"tools": {"listChanged": True}}, "protocolVersion": "2024-01-01"}
    assert (about["name"], about["title"]) == ("codex-mcp-server", "Codex")
    assert about["user_agent"].startswith("codex_cli_rs/")
    assert about["user_agent"].endswith(" (me; 1.0)")
    server.request(1, "initialize", HELLO)
    assert server.reply(1)["error"] == {"code": -32600, "message": "initialize called more than once"}
    assert server.exit_code() == 0


def test_other_requests_work_before_the_handshake(place: Place) -> None:
    server = place.server()
    server.request("a", "tools/list")
    codex, reply = server.reply("a")["result"]["tools"]
    assert (codex["name"], codex["title"], codex["inputSchema"]["required"]) == ("codex", "Codex", ["prompt"])
    assert set(codex["inputSchema"]["properties"]) == {
        "prompt",
        "model",
        "profile",
        "cwd",
        "approval-policy",
        "sandbox",
        "config",
        "base-instructions",
        "developer-instructions",
        "compact-prompt",
    }
    assert reply["inputSchema"]["required"] == ["conversationId", "prompt"]
    assert "additionalProperties" not in codex["inputSchema"]


def test_lines_that_are_no_messages_change_nothing(place: Place) -> None:
    server = place.server()
    for line in (
        b"{not json",
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"id": null, "method": "ping"}',
        b'{"id": 5.5, "method": "ping"}',
    ):
        server.write(line + b"\r\n")
    server.write(b'{"id": 7, "method": "ping"}\r\n')
    assert server.reply(7) == {"jsonrpc": "2.0", "id": 7, "result": {}}
    assert len(server.messages) == 1


def test_what_we_do_not_offer_is_refused(place: Place) -> None:
    server = place.server()
    server.request(1, "resources/list")
    server.request(2, "no/such/method")
    server.request(3, "initialize", {"protocolVersion": 3})
    server.request(4, "tools/call", {"arguments": {}})
    assert [server.reply(number)["error"]["code"] for number in (1, 2)] == [-32601, -32601]
    assert [server.reply(number)["error"]["code"] for number in (3, 4)] == [-32602, -32602]
    server.request(5, "initialize", HELLO)  # the bad one did not count
    assert "result" in server.reply(5)


def test_a_bad_configuration_ends_it_before_it_begins(place: Place) -> None:
    (place.home / "config.toml").write_text("model = [")
    environ = {"CODEX_HOME": str(place.home), "PATH": "/usr/bin:/bin"}
    argv = [sys.executable, "-m", "octavo", "mcp-server"]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: error loading config: ")
    done = subprocess.run(
        [*argv, "-c", "=x"], env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: error parsing -c overrides: ")
