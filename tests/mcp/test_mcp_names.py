"""The names of MCP tools, which of them a model may see, and what goes to a server."""

from __future__ import annotations

import pytest

from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.mcp.errors import caused, seconds_text
from octavo.mcp.names import is_allowed, is_server_name, qualified_name
from octavo.mcp.outside import bearer_token, configured_headers, server_environment

LONG = "extremely_lengthy_function_name_that_absolutely_surpasses_all_reasonable_limits"


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("t", "mcp__my_server__t"),
        ("bad.name", "mcp__my_server__bad.name"),
        (LONG, "mcp__my_server__extremel119a2b97664e41363932dc84de21e2ff1b93b3e9"),
        (f"yet_another_{LONG}", "mcp__my_server__yet_anot419a82a89325c1b477274a41f8c65ea5f3a7f341"),
    ],
)
def test_a_tool_is_named_after_its_server(tool: str, name: str) -> None:
    assert qualified_name("my_server", tool) == name


def test_a_name_of_64_bytes_is_kept_and_a_longer_one_is_hashed() -> None:
    prefix = "mcp__s__"
    assert qualified_name("s", "x" * (64 - len(prefix))) == prefix + "x" * 56
    assert len(qualified_name("s", "x" * (65 - len(prefix)))) == 64
    assert "x" * 20 not in qualified_name("s", "x" * (65 - len(prefix)))


def test_a_name_is_cut_in_bytes() -> None:
    name = qualified_name("s", "é" * 40)
    assert name.startswith("mcp__s__éééééééé")
    assert len(name.encode()) == 64
    assert qualified_name("s", "\ud800" * 60)  # nothing sensible, but nothing breaks


def test_server_names_are_words() -> None:
    assert is_server_name("my-server_2")
    assert not any(map(is_server_name, ("my server", "", "a.b", "é", "a\n")))


@pytest.mark.parametrize(
    ("enabled", "disabled", "seen"),
    [
        (None, None, ["a", "b", "c"]),
        (("a", "b"), ("b",), ["a"]),
        ((), None, []),
        (None, ("a",), ["b", "c"]),
    ],
)
def test_allowed_tools_come_first_then_forbidden_ones(
    enabled: tuple[str, ...] | None, disabled: tuple[str, ...] | None, seen: list[str]
) -> None:
    server = McpServer(StdioTransport("x", (), None, (), None), enabled_tools=enabled, disabled_tools=disabled)
    assert [tool for tool in "abc" if is_allowed(tool, server)] == seen


def test_a_server_gets_a_few_variables_what_it_was_promised_and_its_own() -> None:
    transport = StdioTransport("x", (), {"OWN": "1", "LANG": "own"}, ("PROMISED", "UNSET"), None)
    environ = {"PATH": "/bin", "HOME": "/h", "LANG": "C", "SECRET": "s", "PROMISED": "p"}
    assert server_environment(transport, environ) == {
        "PATH": "/bin",
        "HOME": "/h",
        "LANG": "own",
        "OWN": "1",
        "PROMISED": "p",
    }


def test_an_unset_or_empty_bearer_variable_means_no_token() -> None:
    transport = HttpTransport("http://x", "TOK", None, None)
    assert bearer_token(transport, {"TOK": "abc"}) == "abc"
    assert bearer_token(transport, {"TOK": ""}) is None
    assert bearer_token(transport, {}) is None


def test_headers_that_cannot_be_sent_are_left_out() -> None:
    transport = HttpTransport(
        "http://x",
        None,
        {"X-A": "1", "bad name": "2", "X-B": "line\nbreak"},
        {"X-A": "VAR", "X-C": "BLANK", "X-D": "NO"},
    )
    assert configured_headers(transport, {"VAR": "from env", "BLANK": "  "}) == {"X-A": "from env"}


def test_causes_are_numbered_when_there_are_several() -> None:
    assert caused("failed", ("why",)) == "failed\n\nCaused by:\n    why"
    assert caused("failed", ("a", "b")) == "failed\n\nCaused by:\n    0: a\n    1: b"


@pytest.mark.parametrize(("seconds", "text"), [(2.0, "2s"), (1.5, "1.5s"), (0.25, "250ms"), (60, "60s"), (0, "0ms")])
def test_spans_are_told_as_clients_know_them(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
