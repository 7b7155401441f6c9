from __future__ import annotations

from pathlib import Path

import pytest
from config_home import Home
from msgspec.structs import asdict

from octavo.config.choices import ConfigFlags
from octavo.config.features import STAGES, Features


def test_every_feature_has_a_stage_in_listing_order() -> None:
    assert list(asdict(Features())) == list(STAGES)
    assert [name for name, value in asdict(Features()).items() if value] == ["view_image_tool"]


def test_the_features_table_beats_older_switches(tmp_path: Path) -> None:
    home = Home(tmp_path).write("[tools]\nweb_search = true\n[features]\nweb_search_request = false\n")
    assert not home.load().features.web_search_request


def test_a_profile_beats_both_and_a_flag_beats_the_profile(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        'profile = "p"\n[features]\nweb_search_request = false\n[profiles.p]\ntools_web_search = true\n'
    )
    assert home.load().features.web_search_request
    assert not home.load(flags=ConfigFlags(web_search=False)).features.web_search_request
    home.write("[features]\nweb_search_request = false\n")
    assert home.load(flags=ConfigFlags(web_search=True)).features.web_search_request


def test_the_features_of_a_profile_beat_its_older_switches(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        "[profiles.p]\ninclude_apply_patch_tool = true\nexperimental_use_unified_exec_tool = true\n"
        "[profiles.p.features]\napply_patch_freeform = false\n"
    )
    features = home.load(flags=ConfigFlags(profile="p")).features
    assert (features.apply_patch_freeform, features.unified_exec) == (False, True)


def test_an_alias_and_its_feature_are_decided_in_the_order_of_their_names(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert not home.load("features.web_search=true", "features.web_search_request=false").features.web_search_request
    assert home.load("features.web_search_request=true", "features.web_search=false").features.web_search_request


def test_request_fields_decide_their_features(tmp_path: Path) -> None:
    flags = ConfigFlags(include_apply_patch=True, command_assessment=True)
    features = Home(tmp_path).load(flags=flags).features
    assert features.apply_patch_freeform
    assert features.experimental_sandbox_command_assessment


@pytest.mark.parametrize(
    ("toml", "deprecations"),
    [
        ("experimental_use_unified_exec_tool = false", [("experimental_use_unified_exec_tool", "unified_exec")]),
        (
            "[tools]\nweb_search = false\nview_image = true",
            [("tools.view_image", "view_image_tool"), ("tools.web_search", "web_search_request")],
        ),
        ("[tools]\nweb_search_request = true", [("tools.web_search", "web_search_request")]),
        (
            "experimental_sandbox_command_assessment = true",
            [("experimental_sandbox_command_assessment", "experimental_sandbox_command_assessment")],
        ),
        (
            "[features]\nweb_search = true\nexperimental_sandbox_command_assessment = true",
            [("web_search", "web_search_request")],
        ),
        ("[features]\nghost_commit = true\nnope = true", []),
        (
            'profile = "p"\n[profiles.p]\ntools_web_search = true\ninclude_apply_patch_tool = true\n'
            "experimental_use_rmcp_client = true\n[profiles.q]\nexperimental_use_freeform_apply_patch = true",
            [
                ("experimental_use_rmcp_client", "rmcp_client"),
                ("include_apply_patch_tool", "apply_patch_freeform"),
                ("tools.web_search", "web_search_request"),
            ],
        ),
        ('profile = "p"\n[profiles.p.features]\nweb_search = true', [("web_search", "web_search_request")]),
    ],
)
def test_each_older_name_that_was_used_is_reported_once(
    tmp_path: Path, toml: str, deprecations: list[tuple[str, str]]
) -> None:
    assert list(Home(tmp_path).write(toml).load().deprecations) == deprecations


def test_switches_that_change_nothing_are_told_once_and_together(tmp_path: Path) -> None:
    home = Home(tmp_path).write("[features]\nmulti_agent = true\nnobody_knows = 1\napps = false\nghost_commit = true\n")
    assert home.load().warnings == ("[features] multi_agent, nobody_knows: switched on, which changes nothing here",)
    assert home.load("features.multi_agent=true", "features.nobody_knows=true").warnings == ()
