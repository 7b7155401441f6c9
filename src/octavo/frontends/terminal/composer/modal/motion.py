"""What a motion is: from a place in a draft to another place, or nowhere."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places


class From(msgspec.Struct, frozen=True):
    """Where a motion begins, and how: with which count, for an operator or not.

    `argument` is what is looked for, `again` tells that a motion is repeated, `column` where vertical moves aim at, and
    `past` that the cursor may stand behind the last character of a line, as it may in a selection.
    """

    draft: Draft
    index: int
    count: int | None = None
    argument: str = ""
    operator: str = ""
    again: bool = False
    column: int = 0
    past: bool = False

    def stand(self, index: int) -> int:
        """Where the cursor comes to stand for this place."""
        return index if self.operator or self.past else places.on_character(self.draft, index)

    @property
    def times(self) -> int:
        """The count, 1 where there is none."""
        return self.count or 1


class Target(msgspec.Struct, frozen=True):
    """Where it ends: whole lines, up to the place, or with its character; `column` is what vertical moves keep."""

    index: int
    lines: bool = False
    inclusive: bool = False
    column: int | None = None


Motion = Callable[[From], Target | None]
