"""What each slash command does, and which are refused while a turn runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal_keys import shown

from octavo.frontends.terminal.built_in import COMMANDS
from octavo.frontends.terminal.commands import Situation, run_command
from octavo.frontends.terminal.effects.beginning import LogOut
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.effects.screen import Error, Info, InsertText, OpenView, Quit
from octavo.frontends.terminal.effects.sessions import CompactSession, NewSession
from octavo.frontends.terminal.effects.shows import ShowDiff, ShowMcp, ShowStatus
from octavo.protocol.ops import Undo

IDLE = Situation(
    busy=False,
    cwd="/nowhere",
    model="gpt-5-codex",
    effort=None,
    approval_policy="on-request",
    sandbox_mode="workspace-write",
    full_access_known=False,
    feedback_files=None,
    log_file="/home/log/codex-tui.log",
)


def test_every_command_does_something() -> None:
    for command in COMMANDS:
        assert run_command(command.name, IDLE), command.name


@pytest.mark.parametrize("name", ["model", "approvals", "review", "new", "init", "compact", "undo", "logout"])
def test_these_are_refused_while_a_turn_runs(name: str) -> None:
    (effect,) = run_command(name, IDLE._replace(busy=True))
    assert isinstance(effect, Error)
    assert f"'/{name}' is disabled" in effect.text


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("diff", ShowDiff()),
        ("mention", InsertText("@")),
        ("status", ShowStatus()),
        ("mcp", ShowMcp()),
        ("quit", Quit()),
        ("exit", Quit()),
    ],
)
def test_these_are_not(name: str, effect: Effect) -> None:
    assert run_command(name, IDLE._replace(busy=True)) == (effect,)


@pytest.mark.parametrize(
    ("name", "effect"),
    [("new", NewSession()), ("compact", CompactSession()), ("logout", LogOut()), ("undo", Operate(Undo()))],
)
def test_commands_that_ask_the_session(name: str, effect: Effect) -> None:
    assert run_command(name, IDLE) == (effect,)


@pytest.mark.parametrize(
    ("name", "row"),
    [("model", "gpt-5-codex (current)"), ("approvals", "Auto (current)"), ("review", "base branch")],
)
def test_commands_that_open_a_list(name: str, row: str) -> None:
    (effect,) = run_command(name, IDLE)
    assert isinstance(effect, OpenView)
    assert any(row in text for text in shown(effect.view, 100, 40))


def test_init_asks_for_agents_md_only_where_there_is_none(tmp_path: Path) -> None:
    here = IDLE._replace(cwd=str(tmp_path))
    (effect,) = run_command("init", here)
    assert isinstance(effect, Submit)
    assert "AGENTS.md" in effect.text
    (tmp_path / "AGENTS.md").write_text("Be brief.\n")
    (effect,) = run_command("init", here)
    assert isinstance(effect, Info)


def test_feedback_without_a_receiver_names_the_log_and_with_one_asks() -> None:
    (effect,) = run_command("feedback", IDLE)
    assert isinstance(effect, Info)
    assert "/home/log/codex-tui.log" in effect.hint
    (effect,) = run_command("feedback", IDLE._replace(feedback_files=("codex-logs.log",)))
    assert isinstance(effect, OpenView)
