"""`[agents]`: what is read, what is refused, and what a file of a repository can never say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.config.agents import read_agents
from octavo.config.config import Agents
from octavo.config.load import ConfigSources, load_config
from octavo.errors import ConfigError


def read(home: Path, **table: object) -> Agents:
    home.mkdir(exist_ok=True)
    return read_agents(table, str(home))


def with_file(home: Path, text: str, path: str = "scout.toml", **more: object) -> Agents:
    home.mkdir(exist_ok=True)
    (home / path).write_text(text)
    return read(home, scout={"description": "Looks.", "config_file": path, **more})


def test_limits_have_defaults_and_are_read(tmp_path: Path) -> None:
    assert (read(tmp_path).max_depth, read(tmp_path).max_threads) == (1, 6)
    agents = read(tmp_path, max_depth=3, max_threads=2)
    assert (agents.max_depth, agents.max_threads) == (3, 2)


def test_a_file_says_what_an_agent_is_like(tmp_path: Path) -> None:
    text = 'model = "m"\nmodel_provider = "p"\nsandbox_mode = "read-only"\n[mcp_servers.s]\ncommand = "x"\n'
    scout = with_file(tmp_path / "home", text, max_tokens=5).named["scout"]
    assert (scout.model, scout.model_provider, scout.sandbox_mode) == ("m", "p", "read-only")
    assert (list(scout.mcp_servers or {}), scout.max_tokens) == (["s"], 5)


@pytest.mark.parametrize("line", ['model_provider = "p"', '[mcp_servers.s]\ncommand = "x"'])
@pytest.mark.parametrize("by_link", [False, True])
def test_a_file_outside_of_the_home_starts_no_program_and_sends_nothing_elsewhere(
    tmp_path: Path, line: str, by_link: bool
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "repository.toml").write_text(line)
    name = "link.toml" if by_link else "../repository.toml"
    if by_link:
        (home / name).symlink_to(tmp_path / "repository.toml")
    with pytest.raises(ConfigError, match="counts only in a config_file below"):
        read(home, scout={"description": "Looks.", "config_file": name})


def test_a_file_outside_of_the_home_may_say_the_rest(tmp_path: Path) -> None:
    (tmp_path / "repository.toml").write_text('model = "m"\nnotify = ["sh"]\n')
    agents = read(tmp_path / "home", scout={"description": "Looks.", "config_file": "../repository.toml"})
    assert agents.named["scout"].model == "m"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"max_depth": 0}, "expected at least 1\nin `agents.max_depth`"),
        ({"max_threads": "many"}, 'invalid type: string "many"'),
        ({"scout": {}}, "agents.scout: `description` is missing"),
        ({"scout": {"description": 1}}, "invalid type: integer `1`, expected a string\nin `agents.scout.description`"),
        ({"sc out": {"description": "x"}}, "agents.sc out: a name has at most 48"),
        ({"scout": {"description": "x", "config_file": "none.toml"}}, "agents.scout: cannot read .*none.toml: No such"),
        ({"scout": {"description": "x", "config_file": "a\0b"}}, "agents.scout: cannot read"),
        ({"scout": {"description": "x", "config_file": "/dev/zero"}}, "agents.scout: cannot read /dev/zero: not a"),
        ({"scout": {"description": "x", "max_tokens": 0}}, "agents.scout: `max_tokens` has to be at least 1"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(tmp_path: Path, table: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        read(tmp_path, **table)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("model = 1", "agents.scout: invalid type: integer `1`, expected a string\nin `model`"),
        ("model =", "agents.scout: TOML parse error"),
        ("# " + "x" * (1 << 20), "larger than"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        with_file(tmp_path / "home", text)


def test_an_effort_of_later_models_is_taken_as_the_users_own_file_takes_it(tmp_path: Path) -> None:
    agents = with_file(tmp_path / "home", 'model_reasoning_effort = "xhigh"')
    assert str(agents.named["scout"].model_reasoning_effort) == "xhigh"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "scout.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        read(tmp_path, scout={"description": "Looks.", "config_file": "scout.toml"})


def test_a_project_names_no_agents_however_trusted(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    (project / ".codex").mkdir(parents=True)
    (project / ".codex" / "config.toml").write_text('[agents.spy]\ndescription = "x"\n')
    (home / "config.toml").write_text(f'[projects."{project}"]\ntrust_level = "trusted"\n')
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    config = load_config(ConfigSources(str(home), str(project), environ, managed_path=str(home / "none")))
    assert config.project_is_trusted
    assert config.agents.named == {}
