"""Odd configurations, seen from the command line."""

from __future__ import annotations

import os
import stat

import pytest
from octavo_program import Home


def feature(home: Home, name: str, *words: str) -> str:
    """The effective state of a feature."""
    lines = home.octavo(*words, "features", "list").out.splitlines()
    return next(line.split("\t")[2] for line in lines if line.startswith(name + "\t"))


def setting(home: Home, key: str, *words: str) -> object:
    """The value of a setting in force."""
    return next(
        one["value"] for one in home.octavo(*words, "config", "show", "--json").json["settings"] if one["key"] == key
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("features", "list"), 0),
        (("config", "show"), 0),
        (("completion", "fish"), 0),
        (("login", "status"), 1),
        (("logout",), 0),
        (("mcp", "list"), 0),
        (("sessions", "list"), 0),
        (("sandbox", "linux", "true"), 0),
    ],
)
def test_without_a_file_every_command_has_its_defaults(home: Home, words: tuple[str, ...], code: int) -> None:
    assert home.octavo(*words).code == code


def test_an_empty_home_variable_counts_as_unset(home: Home) -> None:
    (home.root / ".codex").mkdir()
    (home.root / ".codex" / "config.toml").write_text('model = "from-home"\n')
    shown = home.octavo("config", "show", "--changed", env={"CODEX_HOME": ""}).out
    assert shown == 'model  "from-home"  ~/.codex/config.toml\n'


def test_a_home_that_is_not_there_ends_the_command(home: Home) -> None:
    for words in (["features", "list"], ["config", "show"], ["sessions", "list"]):
        ran = home.octavo(*words, env={"CODEX_HOME": str(home.root / "none")})
        assert (ran.code, ran.out, ran.err) == (1, "", "Error: No such file or directory (os error 2)\n")


def test_a_configuration_that_is_a_folder_is_told(home: Home) -> None:
    (home.path / "config.toml").mkdir()
    assert home.octavo("features", "list").err == "Error: Is a directory (os error 21)\n"


def test_a_configuration_that_is_no_text_is_told(home: Home) -> None:
    (home.path / "config.toml").write_bytes(b"model = '\xff'\n")
    assert home.octavo("features", "list").err == "Error: stream did not contain valid UTF-8\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[history]\n", "missing field `persistence`\nin `history`\n"),
        ('[profiles.off]\nsandbox_mode = "x"\n', "unknown variant `x`, expected one of "),
        (
            "model_context_window = 1.5\n",
            "invalid type: floating point `1.5`, expected i64\nin `model_context_window`\n",
        ),
        ("notify = [1]\n", "invalid type: integer `1`, expected a string\nin `notify`\n"),
        ("hide_agent_reasoning = 1\n", "invalid type: integer `1`, expected a boolean\nin `hide_agent_reasoning`\n"),
        ("model_context_window = true\n", "invalid type: boolean `true`, expected i64\nin `model_context_window`\n"),
    ],
)
def test_what_does_not_fit_ends_the_command(home: Home, text: str, error: str) -> None:
    home.configure(text)
    ran = home.octavo("features", "list")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: {error}")


@pytest.mark.parametrize(
    "text",
    [
        "[tui]\n",
        "model_context_window = -1\n",
        '[projects."/x"]\ntrust_level = "bogus"\n',
        '[mcp_servers."a b"]\ncommand = "x"\n',
        "disable_response_storage = true\n",
        "no_such_key = 1\n[no_such_table]\na = 1\n",
    ],
)
def test_what_is_merely_odd_loads_in_silence(home: Home, text: str) -> None:
    home.configure(text)
    ran = home.octavo("features", "list")
    assert (ran.code, ran.err) == (0, "")


def test_a_bogus_level_of_trust_is_none(home: Home) -> None:
    home.configure(f'[projects."{home.folder}"]\ntrust_level = "bogus"\n')
    assert setting(home, "sandbox_mode") == "read-only"
    home.configure(f'[projects."{home.folder}"]\ntrust_level = "trusted"\n')
    assert setting(home, "sandbox_mode") == "workspace-write"


def test_an_override_repairs_servers_of_a_wrong_shape(home: Home) -> None:
    home.configure("mcp_servers = 1\n")
    assert home.octavo("mcp", "list").code == 1
    servers = home.octavo("-c", "mcp_servers.q.command=c", "mcp", "list", "--json").json
    assert [server["name"] for server in servers] == ["q"]


def test_an_empty_part_of_a_path_is_an_empty_name(home: Home) -> None:
    servers = home.octavo("mcp", "list", "--json", "-c", "mcp_servers..command=c").json
    assert [server["name"] for server in servers] == [""]


def test_an_override_chooses_a_profile_unless_the_option_does(home: Home) -> None:
    home.configure('[profiles.p]\nmodel = "P"\n[profiles.q]\nmodel = "Q"\n')
    assert setting(home, "model", "-c", "profile=p") == "P"
    assert setting(home, "model", "-c", "profile=p", "-p", "q") == "Q"


def test_edits_keep_comments_and_make_the_file_private(home: Home) -> None:
    home.configure('# my comment\nmodel = "gpt-5" # trailing\n')
    os.chmod(home.path / "config.toml", 0o644)
    assert home.octavo("mcp", "add", "docs", "--", "docs-server").code == 0
    text = (home.path / "config.toml").read_text()
    assert text.startswith('# my comment\nmodel = "gpt-5" # trailing\n')
    assert stat.S_IMODE((home.path / "config.toml").stat().st_mode) == 0o600


def test_switches_beat_each_other_in_their_order(home: Home) -> None:
    home.configure(
        "[tools]\nweb_search = true\n[features]\nweb_search_request = false\n[profiles.p]\ntools_web_search = true\n"
    )
    assert feature(home, "web_search_request") == "false"
    assert feature(home, "web_search_request", "-p", "p") == "true"
    assert feature(home, "web_search_request", "--search", "-c", "features.web_search_request=false") == "true"


def test_of_an_alias_and_its_feature_the_later_name_wins(home: Home) -> None:
    home.configure("[features]\nweb_search = true\nweb_search_request = false\n")
    assert feature(home, "web_search_request") == "false"


def test_what_commands_inherit_is_filtered_last(home: Home) -> None:
    home.configure('shell_environment_policy = {inherit="core", set={K="1"}, include_only=["H*"]}\n')
    names = {line.partition("=")[0] for line in home.octavo("sandbox", "linux", "env").out.splitlines()}
    assert names == {"HOME", "CODEX_SANDBOX_NETWORK_DISABLED"}


def test_patterns_match_whole_names_in_any_case(home: Home) -> None:
    home.configure('[shell_environment_policy]\nexclude = ["foo_?"]\n')
    out = home.octavo("sandbox", "linux", "env", env={"FOO_A": "1", "fOo_b": "1", "FOO_CC": "1"}).out
    assert "FOO_CC=1" in out
    assert "FOO_A" not in out
    assert "fOo_b" not in out


def test_a_profile_beats_an_override(home: Home) -> None:
    home.configure('profile = "p"\n[profiles.p]\nmodel = "P"\n')
    assert setting(home, "model", "-c", "model=X") == "P"
    assert setting(home, "model", "-c", "profiles.p.model=X") == "X"


@pytest.mark.parametrize("text", ['model = "\x1b]0;x"', 'model_verbosity = "\\u001b]0;x"'])
def test_a_file_of_a_project_writes_no_controls_to_the_terminal(home: Home, text: str) -> None:
    project = home.root / "project"
    (project / ".codex").mkdir(parents=True)
    (project / ".codex" / "config.toml").write_text(text + "\n")
    (home.root / "script").write_text("")
    trust = f'projects."{project}".trust_level="trusted"'
    words = (
        "-c",
        trust,
        "exec",
        "--skip-git-repo-check",
        "--replay",
        str(home.root / "script"),
        "-C",
        str(project),
        "x",
    )
    result = home.octavo(*words)
    assert "]0;x" in result.err
    assert "\x1b" not in result.err
