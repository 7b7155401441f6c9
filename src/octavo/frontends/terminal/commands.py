"""What the slash commands do, as effects (`docs/terminal-views.md`, "Commands")."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from octavo.frontends.terminal.built_in import BY_NAME
from octavo.frontends.terminal.effects.beginning import LogOut
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.looks import ListStatusItems, ListThemes, ListTitleItems
from octavo.frontends.terminal.effects.saved_sessions import ChooseSession
from octavo.frontends.terminal.effects.screen import (
    Error,
    Info,
    InsertText,
    OpenView,
    PrintAgain,
    Quit,
    ShowHelp,
    ShowKeys,
    SwitchModes,
)
from octavo.frontends.terminal.effects.sessions import CompactSession, ExportSession, NewSession, RenameSession
from octavo.frontends.terminal.effects.settings import ListHooks, ListPermissions, ListSkills
from octavo.frontends.terminal.effects.shows import ListCopies, ShowDiff, ShowMcp, ShowStatus, ShowUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, SandboxMode


class Situation(NamedTuple):
    """What commands look at. `busy` tells that a turn runs, `cwd` is the session's working directory.

    `feedback_files` are the files that a report would hold; None where reports go nowhere, and `log_file` is where
    the user finds the log then. `messages` are those of the user in this session, `name` is what they called it, and
    `argument` what stands behind the command.
    """

    busy: bool
    cwd: str
    model: str
    effort: ReasoningEffort | None
    approval_policy: ApprovalPolicy
    sandbox_mode: SandboxMode
    full_access_known: bool
    feedback_files: tuple[str, ...] | None
    log_file: str
    messages: tuple[str, ...] = ()
    session_id: str = ""
    name: str = ""
    argument: str = ""


def run_command(name: str, now: Situation) -> tuple[Effect, ...]:
    """What the built-in command of this name is to do now. One that may not run beside a turn says so instead."""
    if now.busy and not BY_NAME[name].busy:
        return (Error(f"'/{name}' is disabled while a task is in progress."),)
    return _RUN[name](now)


def _model(now: Situation) -> tuple[Effect, ...]:
    from octavo.frontends.terminal.views.model_picker import model_picker

    return (OpenView(model_picker(now.model, now.effort)),)


def _approvals(now: Situation) -> tuple[Effect, ...]:
    from octavo.frontends.terminal.views.approvals_picker import approvals_picker

    picker = approvals_picker(now.approval_policy, now.sandbox_mode, full_access_known=now.full_access_known)
    return (OpenView(picker),)


def _review(_: Situation) -> tuple[Effect, ...]:
    from octavo.frontends.terminal.views.review_picker import review_picker

    return (OpenView(review_picker()),)


def _init(now: Situation) -> tuple[Effect, ...]:
    if os.path.lexists(os.path.join(now.cwd, "AGENTS.md")):
        return (Info("AGENTS.md is already there; nothing was changed.", "Edit it, or remove it and run /init again"),)
    from octavo.model.instructions import read_prompt

    return (Submit(read_prompt("init").strip()),)


def _undo(_: Situation) -> tuple[Effect, ...]:
    from octavo.protocol.ops import Undo

    return (Operate(Undo()),)


def _roll_back(now: Situation) -> tuple[Effect, ...]:
    from octavo.protocol.ops import RollBackCompaction

    return (Operate(RollBackCompaction()),)


def _feedback(now: Situation) -> tuple[Effect, ...]:
    if now.feedback_files is None:
        return (Info("Reports go nowhere: no receiver is set up.", f"The log is in {now.log_file}"),)
    from octavo.frontends.terminal.views.feedback import feedback_picker

    return (OpenView(feedback_picker(now.feedback_files)),)


def _fork(now: Situation) -> tuple[Effect, ...]:
    if not now.messages:
        return (Info("There is nothing to copy yet.", "Send a message first"),)
    from octavo.frontends.terminal.views.fork_picker import fork_picker

    return (OpenView(fork_picker(now.messages)),)


def _rename(now: Situation) -> tuple[Effect, ...]:
    if now.argument:
        return (RenameSession(now.argument),)
    from octavo.frontends.terminal.views.note import Note

    hint = "{list.accept} to save, {list.cancel} to go back"
    placeholder = f"now: {now.name}" if now.name else "a few words"
    return (OpenView(Note("The name of this session", placeholder, _named, hint)),)


def _named(text: str) -> tuple[Effect, ...] | None:
    return (RenameSession(text),) if text.strip() else None


def _export(now: Situation) -> tuple[Effect, ...]:
    if not now.messages:
        return (Info("There is nothing to export yet.", "Send a message first"),)
    if now.argument:
        return (ExportSession(now.argument),)
    from octavo.frontends.terminal.views.export_picker import export_picker

    return (OpenView(export_picker(now.session_id)),)


_RUN: Mapping[str, Callable[[Situation], tuple[Effect, ...]]] = {
    "model": _model,
    "approvals": _approvals,
    "review": _review,
    "new": lambda _: (NewSession(),),
    "init": _init,
    "compact": lambda _: (CompactSession(),),
    "rollback": _roll_back,
    "undo": _undo,
    "diff": lambda _: (ShowDiff(),),
    "mention": lambda _: (InsertText("@"),),
    "status": lambda _: (ShowStatus(),),
    "mcp": lambda _: (ShowMcp(),),
    "logout": lambda _: (LogOut(),),
    "quit": lambda _: (Quit(),),
    "exit": lambda _: (Quit(),),
    "feedback": _feedback,
    "help": lambda _: (ShowHelp(),),
    "keymap": lambda _: (ShowKeys(),),
    "statusline": lambda _: (ListStatusItems(),),
    "theme": lambda _: (ListThemes(),),
    "copy": lambda _: (ListCopies(),),
    "title": lambda _: (ListTitleItems(),),
    "redraw": lambda _: (PrintAgain(),),
    "vim": lambda _: (SwitchModes(),),
    "resume": lambda _: (ChooseSession(),),
    "fork": _fork,
    "rename": _rename,
    "export": _export,
    "clear": lambda _: (NewSession(clears=True),),
    "usage": lambda _: (ShowUsage(),),
    "permissions": lambda _: (ListPermissions(),),
    "hooks": lambda _: (ListHooks(),),
    "skills": lambda _: (ListSkills(),),
}
