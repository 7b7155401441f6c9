"""Where the motion of a command leads, with what was found and searched before, to be repeated."""

from __future__ import annotations

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.grammar import Command
from octavo.frontends.terminal.composer.modal.motion import From, Target
from octavo.frontends.terminal.composer.modal.motions import AGAIN, MOTIONS, OPPOSITE


class Finder:
    """It remembers the last character that was looked for in a line, and the last search."""

    def __init__(self) -> None:
        self._found = self._searched = ("", "")

    def target(self, command: Command, draft: Draft, column: int | None, *, past: bool) -> Target | None:
        """Where it leads from the cursor; `column` is what moves from line to line keep, where they began before."""
        motion, argument, again = command.motion, command.argument, False
        if motion in AGAIN:
            name, argument = self._found if motion in ";," else self._searched
            if not name:
                return None
            again, motion = True, name if motion in ";n" else OPPOSITE[name]
        elif motion in ("/", "?"):
            argument = argument or self._searched[1]
            self._searched = (motion, argument)
        elif argument:
            self._found = (motion, argument)
        wanted = places.column(draft, draft.cursor) if column is None else column
        return MOTIONS[motion](
            From(draft, draft.cursor, command.count, argument, command.operator, again, wanted, past)
        )
