from __future__ import annotations

import base64
from pathlib import Path

import pytest
from config_home import Home

from octavo.config.choices import ConfigFlags
from octavo.config.layers import deep_merge
from octavo.config.overrides import feature_overrides
from octavo.config.preferences import decode_preference
from octavo.errors import ConfigError


def test_no_file_at_all_means_defaults(tmp_path: Path) -> None:
    config = Home(tmp_path).load()
    assert config.model == "gpt-5-codex"
    assert config.review_model == "gpt-5-codex"
    assert config.model_provider_id == "openai"
    assert config.approval_policy == "on-request"


def test_a_state_folder_that_does_not_exist_yet_means_defaults(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.path.rmdir()
    assert home.load().model == "gpt-5-codex"


PROFILE = 'model = "top"\nprofile = "p"\n[profiles.p]\nmodel = "P"\n[profiles.q]\nmodel = "Q"\n'


def test_a_profile_beats_an_override(tmp_path: Path) -> None:
    home = Home(tmp_path).write(PROFILE)
    assert home.load("model=X").model == "P"
    assert home.load("profiles.p.model=X").model == "X"


def test_a_flag_beats_a_profile(tmp_path: Path) -> None:
    assert Home(tmp_path).write(PROFILE).load(flags=ConfigFlags(model="X")).model == "X"


def test_an_override_chooses_a_profile_and_a_flag_beats_it(tmp_path: Path) -> None:
    home = Home(tmp_path).write(PROFILE)
    assert home.load("profile=q").model == "Q"
    assert home.load("profile=q", flags=ConfigFlags(profile="p")).active_profile == "p"


def test_a_profile_beats_the_administrator_and_so_does_a_flag(tmp_path: Path) -> None:
    home = Home(tmp_path).write(PROFILE)
    home.managed.write_text('model = "managed"\n')
    assert home.load().model == "P"
    home.write("")
    assert home.load().model == "managed"
    assert home.load("model=X").model == "managed"
    assert home.load(flags=ConfigFlags(model="X")).model == "X"


def test_the_administrator_beats_feature_switches(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.managed.write_text("[features]\nunified_exec = false\n")
    assert not home.load("features.unified_exec=true").features.unified_exec
    assert feature_overrides(["unified_exec"], []) == (("features.unified_exec", True),)


def test_the_file_beats_the_flag_for_raw_reasoning_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.load(flags=ConfigFlags(oss=True)).show_raw_agent_reasoning
    home.write("show_raw_agent_reasoning = false\n")
    assert not home.load(flags=ConfigFlags(oss=True)).show_raw_agent_reasoning
    assert not home.load(flags=ConfigFlags(show_raw_agent_reasoning=True)).show_raw_agent_reasoning


def test_tables_merge_and_everything_else_is_replaced() -> None:
    base: dict[str, object] = {"t": {"a": 1, "list": [1, 2]}, "x": {"deep": 1}, "y": 1}
    overlay: dict[str, object] = {"t": {"list": [3], "b": 2}, "x": 5, "y": {"z": 1}}
    assert deep_merge(base, overlay) == {"t": {"a": 1, "list": [3], "b": 2}, "x": 5, "y": {"z": 1}}
    assert base == {"t": {"a": 1, "list": [1, 2]}, "x": {"deep": 1}, "y": 1}


def test_a_broken_file_of_the_administrator_is_fatal_and_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.managed.write_text("model = \n")
    with pytest.raises(ConfigError, match=r"^TOML parse error at line 1, column 9\n(.*\n)+.*managed\.toml\)$"):
        home.load()


def test_preferences_of_a_managed_device_are_toml_in_base64() -> None:
    assert decode_preference(base64.b64encode(b'model = "m"\n').decode()) == {"model": "m"}
    assert decode_preference("  ") == {}


@pytest.mark.parametrize("encoded", ["%%%", base64.b64encode(b"\xff").decode(), base64.b64encode(b"a = ").decode()])
def test_preferences_that_make_no_sense_are_named(encoded: str) -> None:
    with pytest.raises(ConfigError, match="config_toml_base64"):
        decode_preference(encoded)


def test_nesting_without_end_is_refused_in_one_line(tmp_path: Path) -> None:
    home = Home(tmp_path).write(".".join(["a"] * 5000) + " = 1\n")
    with pytest.raises(ConfigError, match="nested too deeply"):
        home.load()
