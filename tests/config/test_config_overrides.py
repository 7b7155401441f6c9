from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from config_home import Home

from octavo.config.overrides import feature_overrides, json_overrides, parse_override, set_path
from octavo.errors import ConfigError


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("o3", "o3"),
        ('"o3"', "o3"),
        ("'o3'", "o3"),
        ('"o3', "o3"),
        ("o3'", "o3"),
        ('""o3""', "o3"),
        ('"a\\tb"', "a\tb"),
        ("", ""),
        ("42", 42),
        ("1_000", 1000),
        ("0x10", 16),
        ("1.5", 1.5),
        ("inf", float("inf")),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("1 # note", 1),
        ("a # note", "a # note"),
        ("true # note", True),
        ('["a","b"]', ["a", "b"]),
        ("{a = 1}", {"a": 1}),
        ('{"a":1}', '{"a":1}'),
        ("null", "null"),
        ("2025-01-01", datetime.date(2025, 1, 1)),
        ("[1", "[1"),
        ('"x"\ny=2', "x"),
        ("1\n[a", "1\n[a"),
        ("c=d=e", "c=d=e"),
        ("gpt-5_codex", "gpt-5_codex"),
        ("\u00a0x\u2003", "x"),
        ("-x-", "-x-"),
    ],
)
def test_a_value_is_toml_or_else_text(raw: str, value: object) -> None:
    path, parsed = parse_override(f"key={raw}")
    assert path == "key"
    assert parsed == value
    assert type(parsed) is type(value)


def test_the_first_equals_sign_splits_and_both_sides_are_trimmed() -> None:
    assert parse_override(" a.b = c = d ") == ("a.b", "c = d")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("foo", "Invalid override (missing '='): foo"),
        ("=x", "Empty key in override: =x"),
        (" = x", "Empty key in override:  = x"),
    ],
)
def test_a_bad_override_is_named(raw: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_override(raw)
    assert str(raised.value) == message


def test_nesting_that_no_parser_stands_is_text() -> None:
    assert parse_override("a=" + "[" * 100_000) == ("a", "[" * 100_000)


def test_paths_make_tables_and_replace_what_is_none() -> None:
    tree: dict[str, object] = {"a": 1, "t": {"x": 1, "y": {"z": 1}}}
    set_path(tree, "a.b.c", 2)
    set_path(tree, "t.y", {"w": 1})
    set_path(tree, "new..key", 3)
    assert tree == {"a": {"b": {"c": 2}}, "t": {"x": 1, "y": {"w": 1}}, "new": {"": {"key": 3}}}


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ('projects."/a.b".trust_level="trusted"', ["projects", "/a.b", "trust_level"]),
        ("projects.'/a.b'.trust_level='trusted'", ["projects", "/a.b", "trust_level"]),
        ('projects."/a=b".trust_level="trusted"', ["projects", "/a=b", "trust_level"]),
        ('projects."/a\\"b.c\\u00e9".trust_level="trusted"', ["projects", '/a"b.cé', "trust_level"]),
        ('"projects"."".trust_level="trusted"', ["projects", "", "trust_level"]),
        ('projects./it\'s.trust_level="trusted"', ["projects", "/it's", "trust_level"]),
        ('projects."/open.trust_level="trusted"', ["projects", '"/open', "trust_level"]),
        ('projects."a"b.trust_level="trusted"', ["projects", '"a"b', "trust_level"]),
    ],
)
def test_a_key_in_quotes_is_one_key(raw: str, keys: list[str]) -> None:
    tree: dict[str, Any] = {}
    set_path(tree, *parse_override(raw))
    for key in keys[:-1]:
        assert list(tree) == [key]
        tree = tree[key]
    assert tree == {keys[-1]: "trusted"}


def test_switches_follow_all_enables_then_all_disables() -> None:
    assert feature_overrides(["unified_exec", "web_search"], ["unified_exec"]) == (
        ("features.unified_exec", True),
        ("features.web_search", True),
        ("features.unified_exec", False),
    )


@pytest.mark.parametrize("name", ["nope", "tools.web_search", ""])
def test_an_unknown_feature_can_not_be_switched(name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        feature_overrides([], [name])
    assert str(raised.value) == f"Unknown feature flag: {name}"


def test_json_becomes_toml() -> None:
    settings = {"model": None, "a.b": 2**63, "c": 2**63 - 1, "d": [None, {"e": True}], "f": 1.5}
    assert json_overrides(settings) == (
        ("model", ""),
        ("a.b", float(2**63)),
        ("c", 2**63 - 1),
        ("d", ["", {"e": True}]),
        ("f", 1.5),
    )


def test_a_null_model_in_a_request_is_the_empty_name(tmp_path: Path) -> None:
    sources = Home(tmp_path).sources()
    from msgspec.structs import replace

    from octavo.config.load import load_config

    assert load_config(replace(sources, cli_overrides=json_overrides({"model": None}))).model == ""


def test_overrides_are_written_in_order(tmp_path: Path) -> None:
    config = Home(tmp_path).load("model=a", "model=b", "sandbox_mode=workspace-write")
    assert config.model == "b"


def test_a_scalar_in_the_way_is_replaced_by_a_table(tmp_path: Path) -> None:
    config = Home(tmp_path).write("mcp_servers = 5\n").load("mcp_servers.q.command=c")
    assert list(config.mcp_servers) == ["q"]


def test_a_server_with_an_empty_name_loads(tmp_path: Path) -> None:
    assert list(Home(tmp_path).load("mcp_servers..command=c").mcp_servers) == [""]


def test_a_date_serves_as_text(tmp_path: Path) -> None:
    assert Home(tmp_path).load("model=2025-01-01").model == "2025-01-01"


def test_a_json_object_is_text_and_no_table(tmp_path: Path) -> None:
    assert Home(tmp_path).load('model={"a":1}').model == '{"a":1}'
