from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from config_home import Home

from octavo.config.choices import ConfigFlags
from octavo.config.explain import Explanation, explain_config
from octavo.config.load import ConfigSources

FILE = """
model = "top"
profile = "p"
modle = "typo"
writable_roots = ["/x"]
disable_response_storage = true
[tui]
notifcations = true
model = "misplaced"
[features]
ghost_comit = true
web_search = true
[profiles.p]
model_reasoning_effort = "low"
notify = ["x"]
[profiles.p.features]
unified_exec = true
[model_providers.mine]
name = "Mine"
experimental_bearer_token = "tok-secret"
http_headers = {X = "tok-secret"}
[mcp_servers.s]
command = "c"
env = {A = "tok-secret"}
bearer_token_env = "B"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).write(FILE)
    home.managed.write_text('file_opener = "none"\n[features]\nrmcp_client = true\nnope = true\n')
    return home


def deciders(sources: ConfigSources) -> dict[str, tuple[object, str]]:
    return {entry.path: (entry.value, entry.layer) for entry in explain_config(sources).settings}


def test_each_setting_names_who_decided_it(home: Home) -> None:
    user, managed = str(home.path / "config.toml"), str(home.managed)
    settings = deciders(
        home.sources("history.persistence=none", "file_opener=cursor", flags=ConfigFlags(approval_policy="never"))
    )
    assert settings["model"] == ("top", user)
    assert settings["review_model"] == ("gpt-5-codex", "default")
    assert settings["profile"] == ("p", user)
    assert settings["history.persistence"] == ("none", "-c")
    assert settings["file_opener"] == ("none", managed)
    assert settings["approval_policy"] == ("never", "flag")
    assert settings["sandbox_mode"] == ("read-only", "default")
    assert settings["model_reasoning_effort"] == ("low", "profile p")
    assert settings["features.unified_exec"] == (True, "profile p")
    assert settings["features.rmcp_client"] == (True, managed)
    assert settings["features.web_search_request"] == (True, user)
    assert settings["features.view_image_tool"] == (True, "default")
    assert settings["model_providers.mine.name"] == ("Mine", user)


def test_a_flag_for_the_provider_decides_the_model_too(home: Home) -> None:
    settings = deciders(home.sources(flags=ConfigFlags(oss=True)))
    assert settings["model"] == ("gpt-oss:20b", "flag")
    assert settings["model_provider"] == ("oss", "flag")
    assert settings["show_raw_agent_reasoning"] == (True, "flag")


def test_older_switches_and_trust_are_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write(f'[tools]\nview_image = false\n[projects."{home.project}"]\ntrust_level = "trusted"\n')
    settings = deciders(home.sources())
    assert settings["features.view_image_tool"] == (False, str(home.path / "config.toml"))
    assert settings["tools.view_image"] == (False, str(home.path / "config.toml"))
    assert settings["sandbox_mode"] == ("workspace-write", "trusted project")
    assert "tools.web_search" not in settings


def test_what_means_nothing_is_named_with_what_it_may_have_meant(home: Home) -> None:
    unknown = {entry.path: (entry.layer, entry.nearest) for entry in explain_config(home.sources("tols=1")).unknown}
    user = str(home.path / "config.toml")
    assert unknown == {
        "modle": (user, "model"),
        "writable_roots": (user, "sandbox_workspace_write.writable_roots"),
        "disable_response_storage": (user, None),
        "tui.notifcations": (user, "tui.notifications"),
        "tui.model": (user, "model"),
        "features.ghost_comit": (user, "features.ghost_commit"),
        "profiles.p.notify": (user, "notify"),
        "mcp_servers.s.bearer_token_env": (user, "mcp_servers.s.bearer_token_env_var"),
        "tols": ("-c", "tools"),
        "features.nope": (str(home.managed), None),
    }


def test_secrets_are_masked_and_the_rest_is_json(home: Home) -> None:
    home.write(FILE + '[shell_environment_policy]\nset = {K = "tok-secret", D = 2025-01-01}\n')
    explanation: Explanation = explain_config(home.sources("a.b=1"))
    text = json.dumps(msgspec.to_builtins(explanation))
    assert "tok-secret" not in text
    assert "*****" in text


def test_a_clean_file_has_nothing_unknown(tmp_path: Path) -> None:
    assert explain_config(Home(tmp_path).write('model = "m"\n').sources()).unknown == ()
