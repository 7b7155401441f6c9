"""What the user sends, and which slash command it is."""

from __future__ import annotations

import os
from typing import Any

from octavo.frontends.terminal.deeds.log_file import log_file
from octavo.frontends.terminal.effects.composer import RunCommand, Steer, Submit
from octavo.frontends.terminal.interface import Interface
from octavo.protocol import ops
from octavo.protocol.turn_items import LocalImageInput, TextInput, UserInput


def submit(here: Interface, effect: Submit) -> None:
    """Send a message, and keep it in the history of prompts."""
    items: list[UserInput] = [TextInput(effect.text)] if effect.text else []
    items += [LocalImageInput(os.path.join(here.config.cwd, path)) for path in effect.images]
    here.submit(ops.UserInputOp(tuple(items)))
    if effect.text:
        here.submit(ops.AddToHistory(effect.text))


def steer(here: Interface, effect: Steer) -> None:
    """Tell the turn that runs; input that comes while one does joins it."""
    submit(here, Submit(effect.text, effect.images))


def run_command(here: Interface, effect: RunCommand) -> None:
    """Do what the slash command stands for."""
    from octavo.frontends.terminal.commands import run_command

    here.run_effects(run_command(effect.name, _situation(here)._replace(argument=effect.argument)))


def _situation(here: Interface) -> Any:
    """What slash commands look at."""
    from octavo.frontends.terminal.actions.feedback import feedback_files
    from octavo.frontends.terminal.commands import Situation
    from octavo.frontends.terminal.facts import sandbox_mode

    config, talk = here.config, here.app.talk
    return Situation(
        busy=here.app.composer.busy,
        cwd=config.cwd,
        model=config.model,
        effort=config.model_reasoning_effort,
        approval_policy=config.approval_policy,
        sandbox_mode=sandbox_mode(config.sandbox_policy),
        full_access_known=bool(config.notices.hide_full_access_warning),
        feedback_files=feedback_files(config.environ, here.rollout_path),
        log_file=log_file(config.codex_home),
        messages=tuple(said.text for said in talk.messages()) if talk is not None else (),
        session_id=talk.chat.session_id if talk is not None else "",
        name=talk.chat.name if talk is not None else "",
    )
