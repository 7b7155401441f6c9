"""Keeping tools, and the answers of commands, to what may be read (`docs/deny-read.md`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from octavo.sandbox.unreadable import denied_reads, refusal, why_unreadable
from octavo.tools.errors import RespondToModel

if TYPE_CHECKING:
    from octavo.files.deny_read import DenyRead
    from octavo.tools.context import TurnContext


def turn_denied_reads(turn: TurnContext) -> DenyRead:
    """The rules that hold in the turn."""
    return denied_reads(turn.config, turn.settings.sandbox_policy, turn.settings.cwd)


def refuse_unreadable(turn: TurnContext, path: str) -> None:
    """Raise `RespondToModel` if the model may not read what is at `path`; relative ones start at the turn's folder."""
    text = refusal(turn_denied_reads(turn), os.path.join(turn.settings.cwd, path))
    if text is not None:
        raise RespondToModel(text)


def why_denied(turn: TurnContext, output: str, cwd: str) -> str:
    """A line on the rule that a command ran into, as far as its output tells; empty without one."""
    return why_unreadable(lambda: turn_denied_reads(turn), output, cwd) or ""
