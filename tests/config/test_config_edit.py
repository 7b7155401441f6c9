from __future__ import annotations

import stat
from pathlib import Path

import pytest
from config_home import Home

from octavo.config.edit import (
    hide_full_access_warning,
    load_global_mcp_servers,
    save_mcp_servers,
    save_model,
    trust_project,
)
from octavo.config.mcp_servers import McpServer, StdioTransport
from octavo.errors import ConfigError

DOCS = McpServer(StdioTransport("docs-server", ("--port", "4000"), {"B": "2", "A": "1"}, (), None))
DOCS_TEXT = """[mcp_servers.docs]
command = "docs-server"
args = ["--port", "4000"]

[mcp_servers.docs.env]
A = "1"
B = "2"
"""


def trusted(tmp_path: Path, toml: str, folder: str = "/some/path") -> str:
    home = Home(tmp_path).write(toml)
    trust_project(str(home.path), folder)
    return home.read()


def modelled(
    tmp_path: Path, toml: str, profile: str | None = None, model: str | None = "m", effort: str | None = "low"
) -> str:
    home = Home(tmp_path).write(toml)
    save_model(str(home.path), profile, model, effort)
    return home.read()


def with_docs(tmp_path: Path, toml: str) -> str:
    home = Home(tmp_path).write(toml)
    servers = load_global_mcp_servers(str(home.path), str(home.managed))
    save_mcp_servers(str(home.path), {**servers, "docs": DOCS})
    return home.read()


def test_trust_in_an_empty_file(tmp_path: Path) -> None:
    assert trusted(tmp_path, "") == '[projects."/some/path"]\ntrust_level = "trusted"\n'


def test_trust_replaces_an_inline_entry(tmp_path: Path) -> None:
    before = '[projects]\n"/some/path" = { trust_level = "untrusted", other = 1 }\n'
    assert trusted(tmp_path, before) == '[projects]\n\n[projects."/some/path"]\ntrust_level = "trusted"\n'


def test_trust_turns_inline_projects_into_tables(tmp_path: Path) -> None:
    before = (
        'model = "m" # mine\nprojects = { "/b" = { trust_level = "trusted", x = [1] }, "/a" = { y = 2 } }\n'
        "[tui]\nnotifications = true\n# end\n"
    )
    assert trusted(tmp_path, before) == (
        'model = "m" # mine\n[tui]\nnotifications = true\n\n[projects."/b"]\ntrust_level = "trusted"\nx = [1]\n\n'
        '[projects."/a"]\ny = 2\n\n[projects."/some/path"]\ntrust_level = "trusted"\n# end\n'
    )


def test_trust_sets_the_level_of_an_existing_table(tmp_path: Path) -> None:
    before = '[projects."/some/path"] # here\n# why\ntrust_level = "no" # was\nother = 1\n[tui]\n'
    assert trusted(tmp_path, before) == before.replace('"no"', '"trusted"')


def test_trust_goes_beside_the_other_projects(tmp_path: Path) -> None:
    before = '[projects."/a"]\ntrust_level = "trusted"\n\n[tui]\nnotifications = true\n'
    assert trusted(tmp_path, before) == (
        '[projects."/a"]\ntrust_level = "trusted"\n\n[projects."/some/path"]\ntrust_level = "trusted"\n\n'
        "[tui]\nnotifications = true\n"
    )


@pytest.mark.parametrize(
    "toml",
    [
        'projects."/some/path".trust_level = "no"\n',
        'projects."/some/path".other = 1\nmodel = "m"\n',
        '[projects]\n"/some/path".trust_level = "no"\n',
        'projects."/a".trust_level = "trusted"\n[tui]\n',
        '[projects]\n"/a".trust_level = "trusted"\n',
        '[projects."/some/path".below]\nx = 1\n',
        "[projects]\n# nothing yet\n",
        '[tui]\nnotifications = ["""\n[projects."/some/path"]\n""", \'#\'] # ]\n',
    ],
)
def test_trust_finds_its_place_in_other_layouts(tmp_path: Path, toml: str) -> None:
    home = Home(tmp_path).write(toml)
    trust_project(str(home.path), "/some/path")
    trust_project(str(home.path), str(home.project))
    assert home.load().project_is_trusted


def test_paths_are_quoted_as_they_need(tmp_path: Path) -> None:
    assert trusted(tmp_path, "", "/tmp/a b") == '[projects."/tmp/a b"]\ntrust_level = "trusted"\n'


def test_a_backslash_makes_a_literal_key(tmp_path: Path) -> None:
    assert trusted(tmp_path, "", "C:\\x").startswith("[projects.'C:\\x']\n")


@pytest.mark.parametrize("folder", ['/it\'s "both"', "/tab\there", "/new\nline", "/\u00fc", "/\x7f"])
def test_any_path_survives(tmp_path: Path, folder: str) -> None:
    import tomllib

    assert tomllib.loads(trusted(tmp_path, "", folder)) == {"projects": {folder: {"trust_level": "trusted"}}}


def test_the_model_goes_to_the_top(tmp_path: Path) -> None:
    before = "# mine\nmodel = 'old' # x\n\n# about tui\n[tui]\nnotifications = true\n"
    assert modelled(tmp_path, before) == before.replace("'old' # x\n", '"m" # x\nmodel_reasoning_effort = "low"\n')


def test_the_model_goes_above_the_first_table(tmp_path: Path) -> None:
    assert modelled(tmp_path, "# mine\n\n# about tui\n[tui]\n", effort=None) == (
        '# mine\n\nmodel = "m"\n\n# about tui\n[tui]\n'
    )


@pytest.mark.parametrize("toml", ["# mine\n", "# mine"])
def test_the_model_goes_below_a_lone_comment(tmp_path: Path, toml: str) -> None:
    assert modelled(tmp_path, toml, effort=None) == '# mine\nmodel = "m"\n'


def test_an_unset_value_removes_its_key(tmp_path: Path) -> None:
    before = 'model = "a"\n# why low\nmodel_reasoning_effort = "low"\nnotify = []\n'
    assert modelled(tmp_path, before, effort=None) == 'model = "m"\n# why low\nnotify = []\n'


def test_the_model_goes_to_the_profile_in_force(tmp_path: Path) -> None:
    before = 'profile = "p"\n\n[profiles.p]\nmodel = "a"\n\n[profiles.q]\n'
    assert modelled(tmp_path, before) == before.replace('"a"\n', '"m"\nmodel_reasoning_effort = "low"\n')


def test_a_profile_that_is_named_comes_first_and_is_made_if_missing(tmp_path: Path) -> None:
    before = 'profile = "p"\n\n[profiles.p]\nmodel = "a"\n'
    assert modelled(tmp_path, before, profile="new one") == (
        before + '\n[profiles."new one"]\nmodel = "m"\nmodel_reasoning_effort = "low"\n'
    )


def test_inline_profiles_become_tables_with_all_their_entries(tmp_path: Path) -> None:
    before = 'profile = "p"\nprofiles = { p = { approval_policy = "never", features = { x = true } }, q = {} }\n'
    assert modelled(tmp_path, before) == (
        'profile = "p"\n\n[profiles.p]\napproval_policy = "never"\nmodel = "m"\nmodel_reasoning_effort = "low"\n\n'
        "[profiles.p.features]\nx = true\n\n[profiles.q]\n"
    )


def test_a_profile_does_not_vanish_with_its_last_key(tmp_path: Path) -> None:
    before = "profile = 'p'\nprofiles.p.model = 'a' # x\n"
    assert modelled(tmp_path, before, model=None, effort=None) == "profile = 'p'\n\n[profiles.p]\n"


def test_the_comment_above_an_inline_table_stays(tmp_path: Path) -> None:
    assert modelled(tmp_path, "# why\nprofiles = { p = {} }\nnotify = []\n", profile="p", effort=None) == (
        '# why\nnotify = []\n\n[profiles.p]\nmodel = "m"\n'
    )


def test_an_edit_that_changes_nothing_leaves_the_file_untouched(tmp_path: Path) -> None:
    home = Home(tmp_path).write('model = "m"\r\n')
    path = home.path / "config.toml"
    path.chmod(0o644)
    before = path.stat()
    save_model(str(home.path), None, "m", None)
    assert (path.stat().st_ino, path.stat().st_mode) == (before.st_ino, before.st_mode)
    assert home.read() == 'model = "m"\r\n'


def test_the_file_becomes_private_and_its_line_ends_plain(tmp_path: Path) -> None:
    home = Home(tmp_path).write("# a\r\nnotify = []\r\n")
    (home.path / "config.toml").chmod(0o644)
    hide_full_access_warning(str(home.path))
    assert stat.S_IMODE((home.path / "config.toml").stat().st_mode) == 0o600
    assert home.read() == "# a\nnotify = []\n\n[notice]\nhide_full_access_warning = true\n"
    assert [entry.name for entry in home.path.iterdir()] == ["config.toml"]


def test_a_link_is_replaced_and_its_target_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    target = tmp_path / "dotfiles.toml"
    target.write_text('model = "m"\n')
    (home.path / "config.toml").symlink_to(target)
    hide_full_access_warning(str(home.path))
    assert not (home.path / "config.toml").is_symlink()
    assert target.read_text() == 'model = "m"\n'
    assert home.read() == 'model = "m"\n\n[notice]\nhide_full_access_warning = true\n'


def test_the_state_folder_is_made(tmp_path: Path) -> None:
    hide_full_access_warning(str(tmp_path / "new" / "home"))
    assert (tmp_path / "new" / "home" / "config.toml").read_text() == "[notice]\nhide_full_access_warning = true\n"


def test_a_broken_file_is_not_edited(tmp_path: Path) -> None:
    home = Home(tmp_path).write("model = \n")
    with pytest.raises(ConfigError, match="TOML parse error at line 1, column 9"):
        hide_full_access_warning(str(home.path))
    assert home.read() == "model = \n"


def test_a_layout_that_can_not_be_edited_is_left_alone(tmp_path: Path) -> None:
    home = Home(tmp_path).write("[[notice]]\nx = 1\n")
    with pytest.raises(ConfigError, match=r"config\.toml is laid out"):
        hide_full_access_warning(str(home.path))
    assert home.read() == "[[notice]]\nx = 1\n"


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(ConfigError, match=r"os error"):
        hide_full_access_warning(str(tmp_path / "home"))


def test_a_server_in_an_empty_file(tmp_path: Path) -> None:
    assert with_docs(tmp_path, "") == DOCS_TEXT


def test_servers_go_before_the_comment_at_the_end(tmp_path: Path) -> None:
    before = "# top\n\nmodel='x' # y\n\n[tui] # t\nnotifications = true\n# end\n"
    assert with_docs(tmp_path, before) == before.replace("# end\n", f"\n{DOCS_TEXT}# end\n")


def test_servers_stay_where_they_were(tmp_path: Path) -> None:
    before = (
        "[tui]\nnotifications = true\n# before\n[mcp_servers.z]\ncommand='z' # c\n\n[mcp_servers.z.env]\n"
        "B='1'\nA='2'\n# after\n[history]\npersistence='none'\n# end"
    )
    assert with_docs(tmp_path, before) == (
        f"[tui]\nnotifications = true\n\n{DOCS_TEXT}\n"
        '[mcp_servers.z]\ncommand = "z"\n\n[mcp_servers.z.env]\nA = "2"\nB = "1"\n'
        "# after\n[history]\npersistence='none'\n# end"
    )


def test_scattered_servers_come_together(tmp_path: Path) -> None:
    before = (
        "[tui]\n[mcp_servers.z]\ncommand='z'\n[notice]\n[mcp_servers.y]\ncommand='y'\n[history]\npersistence='none'\n"
    )
    assert with_docs(tmp_path, before) == (
        f'[tui]\n\n{DOCS_TEXT}\n[mcp_servers.y]\ncommand = "y"\n\n[mcp_servers.z]\ncommand = "z"\n'
        "[notice]\n[history]\npersistence='none'\n"
    )


@pytest.mark.parametrize(
    "servers",
    ["mcp_servers = { z = { command = 'z' } }\n", "mcp_servers.z.command = 'z'\n", "mcp_servers.z = {command='z'}\n"],
)
def test_inline_servers_become_tables(tmp_path: Path, servers: str) -> None:
    assert with_docs(tmp_path, f"{servers}# c\nmodel='x'\n") == (
        f"# c\nmodel='x'\n\n{DOCS_TEXT}\n[mcp_servers.z]\ncommand = \"z\"\n"
    )


def test_comments_that_stand_apart_from_the_servers_stay(tmp_path: Path) -> None:
    before = "model = 'x'\n\n# far\n\n# near\n[mcp_servers.docs]\ncommand='z'\n"
    assert with_docs(tmp_path, before) == f"model = 'x'\n\n# far\n\n{DOCS_TEXT}"


def test_every_key_of_a_server_is_written_in_order(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        '[mcp_servers."a b"]\ndisabled_tools=["x"]\ncommand=\'back\\slash "q"\'\nstartup_timeout_ms=1500\n'
        "tool_timeout_sec=20\nenabled=false\nenv_vars=['Q']\ncwd='/x'\nargs=[]\nunknown=1\nenabled_tools=['y']\n"
        "[mcp_servers.h]\nurl='u'\nhttp_headers={b='1',a='2'}\nenv_http_headers={}\nbearer_token_env_var='T'\n"
    )
    save_mcp_servers(str(home.path), load_global_mcp_servers(str(home.path), str(home.managed)))
    assert home.read() == (
        '[mcp_servers."a b"]\ncommand = \'back\\slash "q"\'\nenv_vars = ["Q"]\ncwd = "/x"\nenabled = false\n'
        'startup_timeout_sec = 1.5\ntool_timeout_sec = 20.0\nenabled_tools = ["y"]\ndisabled_tools = ["x"]\n'
        "unknown = 1\n\n"
        '[mcp_servers.h]\nurl = "u"\nbearer_token_env_var = "T"\n\n[mcp_servers.h.http_headers]\na = "2"\nb = "1"\n'
    )


def test_a_server_without_tools_does_not_gain_them_all(tmp_path: Path) -> None:
    assert "enabled_tools = []\n" in with_docs(tmp_path, "[mcp_servers.z]\ncommand='z'\nenabled_tools=[]\n")


def test_removing_the_last_server_removes_the_table(tmp_path: Path) -> None:
    home = Home(tmp_path).write("# a\nmodel='x'\n\n[mcp_servers.q]\ncommand='z'\n# mid\n[tui]\n")
    save_mcp_servers(str(home.path), {})
    assert home.read() == "# a\nmodel='x'\n# mid\n[tui]\n"


def test_the_administrators_servers_are_copied_and_overrides_are_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.managed.write_text('[mcp_servers.m]\ncommand = "m"\n')
    assert list(load_global_mcp_servers(str(home.path), str(home.managed))) == ["m"]


def test_a_token_in_the_file_is_refused_with_advice(tmp_path: Path) -> None:
    home = Home(tmp_path).write('[mcp_servers.x]\nurl = "u"\nbearer_token = "t"\n')
    with pytest.raises(ConfigError) as raised:
        load_global_mcp_servers(str(home.path), str(home.managed))
    assert str(raised.value) == "mcp_servers.x uses unsupported `bearer_token`; set `bearer_token_env_var`."


def test_a_server_of_a_wrong_type_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path).write("[mcp_servers.x]\ncommand = 1\n")
    with pytest.raises(ConfigError) as raised:
        load_global_mcp_servers(str(home.path), str(home.managed))
    assert str(raised.value) == "invalid type: integer `1`, expected a string\nin `mcp_servers.x.command`"
