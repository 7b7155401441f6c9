"""`octavo config show`: what is in force, who decided it, and what means nothing."""

from __future__ import annotations

from typing import Any

from octavo_program import Home


def shown(home: Home, *words: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in home.octavo(*words, "config", "show", "--json").json["settings"]}


def test_each_setting_names_its_layer(home: Home) -> None:
    home.configure('model = "m"\nprofile = "p"\n[profiles.p]\nmodel_verbosity = "low"\n')
    found = shown(home, "-c", "file_opener=none")
    path = str(home.path / "config.toml")
    assert found["model"] == {"key": "model", "value": "m", "layer": path}
    assert found["model_verbosity"]["layer"] == "profile p"
    assert found["file_opener"]["layer"] == "-c"
    assert found["hide_agent_reasoning"]["layer"] == "default"


def test_the_profile_may_be_named_on_either_side(home: Home) -> None:
    home.configure('[profiles.p]\nmodel = "P"\n')
    for words in (("-p", "p", "config", "show", "--json"), ("config", "show", "-p", "p", "--json")):
        settings = home.octavo(*words).json["settings"]
        assert {"key": "model", "value": "P", "layer": "profile p"} in settings


def test_people_get_columns_and_a_dash_for_what_is_unset(home: Home) -> None:
    home.configure('model = "m"\n')
    lines = home.octavo("config", "show").out.splitlines()
    assert lines[0].split() == ["model", '"m"', "~/home/config.toml"]
    assert [line.split() for line in lines if line.startswith("notify ")] == [["notify", "[]", "default"]]
    assert ["compact_prompt", "-", "default"] in [line.split() for line in lines]


def test_only_what_was_set(home: Home) -> None:
    home.configure('model = "m"\n')
    assert home.octavo("config", "show", "--changed").out == 'model  "m"  ~/home/config.toml\n'


def test_keys_that_mean_nothing_are_named_with_their_neighbours(home: Home) -> None:
    home.configure('modle = "m"\ndisable_response_storage = true\n[tui]\nnotificatons = true\n')
    text = home.octavo("config", "show", "-c", "zzz=1").out
    assert text.partition("These keys mean nothing:\n")[2].splitlines() == [
        "  modle  in ~/home/config.toml; did you mean model?",
        "  disable_response_storage  in ~/home/config.toml",
        "  tui.notificatons  in ~/home/config.toml; did you mean tui.notifications?",
        "  zzz  in -c",
    ]


def test_secrets_are_masked(home: Home) -> None:
    home.configure(
        '[model_providers.x]\nname = "x"\nexperimental_bearer_token = "sk-verysecret"\n'
        'http_headers = {A = "topsecret"}\n'
        '[mcp_servers.m]\ncommand = "m"\nenv = {K = "hidden-value"}\n'
    )
    for words in ((), ("--json",)):
        text = home.octavo("config", "show", *words).out
        assert "*****" in text
        assert not any(secret in text for secret in ("sk-verysecret", "topsecret", "hidden-value"))


def test_a_configuration_that_does_not_load_is_told(home: Home) -> None:
    home.configure("model = 5\n")
    ran = home.octavo("config", "show")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: invalid type: integer `5`, expected a string\nin `model`\n"
