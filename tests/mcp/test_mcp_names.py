"""The names of MCP tools, which of them a model may see, and what goes to a server."""

from __future__ import annotations

import re

import pytest

from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.mcp.errors import caused, seconds_text
from octavo.mcp.names import is_allowed, is_server_name, model_names, qualified_name
from octavo.mcp.outside import bearer_token, configured_headers, server_environment

LONG = "extremely_lengthy_function_name_that_absolutely_surpasses_all_reasonable_limits"


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("t", "mcp__my_server__t"),
        ("bad.name", "mcp__my_server__bad_name"),
        ("a/b c:d", "mcp__my_server__a_b_c_d"),
        ("naïve", "mcp__my_server__na_ve"),
        ("", "mcp__my_server__"),
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


@pytest.mark.parametrize("tool", ["é" * 80, "\ud800" * 60, "a\nb", "\0", "x" * 300, "日本語" * 40])
def test_a_name_is_always_one_that_providers_take(tool: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", qualified_name("s", tool))


def test_where_names_meet_the_one_that_is_called_so_keeps_it_and_the_others_get_a_hash() -> None:
    tools = [("s", "a.b"), ("s", "a_b"), ("s", "a/b"), ("s", "other.name")]
    names = model_names(tools)
    assert names["s", "a_b"] == "mcp__s__a_b"
    assert names["s", "other.name"] == "mcp__s__other_name"
    assert re.fullmatch(r"mcp__s__a_b_[0-9a-f]{8}", names["s", "a.b"])
    assert re.fullmatch(r"mcp__s__a_b_[0-9a-f]{8}", names["s", "a/b"])
    assert len(set(names.values())) == 4


def test_names_do_not_depend_on_the_order_of_the_tools() -> None:
    tools = [("s", "a.b"), ("s", "a/b"), ("s", "a b"), ("t", "查询"), ("t", "删除")]
    assert model_names(tools) == model_names(tools[::-1])


def test_the_same_words_of_two_servers_stay_two_tools() -> None:
    names = model_names([("a", "b__c"), ("a__b", "c")])
    assert names["a", "b__c"] == "mcp__a__b__c"
    assert names["a__b", "c"].startswith("mcp__a__b__c_")


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
