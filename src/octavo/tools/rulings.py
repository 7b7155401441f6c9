"""From the user's rules to what becomes of a command (`docs/permissions.md`). Loaded only where there are rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from octavo.protocol.events import BackgroundEvent, Warning
from octavo.tools.approval import refuse
from octavo.tools.context import Invocation
from octavo.tools.permissions import Permissions

HELD_BACK = "A rule that allows a command does not count for it here: {why}."


class Ruling(NamedTuple):
    """Whether a command may run without a question, else why it is asked about."""

    allows: bool
    reason: str | None = None


def ruling(permissions: Permissions, invocation: Invocation, command: Sequence[str], cwd: str) -> Ruling | None:
    """What the rules say about a command; None if nothing. Raises `RuledOut` for what must not run."""
    for line in permissions.news():
        invocation.emit(Warning(line))
    turn = invocation.turn
    closed = turn.config.protect_repository
    host = invocation.host
    is_alone = host.leftovers.is_empty and all(one.terminal.exit_code is not None for one in host.terminals.values())
    found, held_back = permissions.look(command, cwd, turn.settings.cwd, git_is_closed=closed, is_alone=is_alone)
    if held_back is not None and (text := HELD_BACK.format(why=held_back)) not in host.told_once:
        host.told_once.add(text)
        invocation.emit(BackgroundEvent(text))
    if found is None:
        return None
    if found.decision == "allow":
        return Ruling(allows=True)
    words = " ".join(one[0] if len(one) == 1 else f"[{'|'.join(one)}]" for one in found.rule.pattern)
    why = f": {found.rule.justification}" if found.rule.justification else ""
    if found.decision == "forbidden":
        raise refuse(invocation, f"rejected: a rule of the user forbids `{words}`{why}")
    settings = invocation.turn.settings
    asks = settings.approval_policy != "never" if settings.granular is None else settings.granular.rules
    if not asks:
        raise refuse(invocation, f"rejected: a rule wants the user to be asked about `{words}`, and nobody can be{why}")
    return Ruling(allows=False, reason=f"a rule asks about `{words}`{why}")
