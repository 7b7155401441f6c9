"""Where the user cleared the screen: what was there is above it, in the scrollback (`docs/terminal.md`, "Sessions")."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.screen.clearing import CLEAR
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line


class ClearedCell(msgspec.Struct, frozen=True):
    """A rule on the first row of a clean screen."""

    continues = True

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The sign for the screen, and the rule."""
        return [CLEAR, *self.transcript(columns, palette)]

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """The rule."""
        text = "─ cleared "
        return [cut_line(line(Span(text + "─" * max(columns - len(text), 0), DIM)), columns)]
