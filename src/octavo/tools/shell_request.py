"""A command as a turn is going to run it, whichever call it came from (`docs/tools.md`)."""

from __future__ import annotations

import os

import msgspec

from octavo.tools.context import TurnContext

DEFAULT_TIMEOUT_MS = 10_000
LONGEST_TIMEOUT_MS = 10**15  # some 30,000 years; beyond that clocks cannot count


class ShellRequest(msgspec.Struct, frozen=True):
    """A command as it is going to run: absolute folder, timeout in milliseconds."""

    command: tuple[str, ...]
    cwd: str
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    escalated: bool = False
    justification: str | None = None
    is_user_shell_command: bool = False


def resolve_workdir(workdir: str | None, turn: TurnContext) -> str:
    """The absolute folder that a call runs in."""
    return os.path.join(turn.settings.cwd, workdir) if workdir else turn.settings.cwd
