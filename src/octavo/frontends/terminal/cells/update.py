"""The card that tells of a newer version (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.cells.header import card
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, EMPTY, LINK, Line, Span, line
from octavo.frontends.terminal.text.wrapping import wrap


class UpdateCell(msgspec.Struct, frozen=True):
    """Both versions, the command that installs the newer one where it is known, else where to find it."""

    present: str
    latest: str
    command: str = ""
    link: str = ""
    notes: str = ""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """In a border; long lines are wrapped."""
        room = columns - 4
        if room < 1:
            return []
        versions = f"{one_line(self.present)} → {one_line(self.latest)}"
        texts = [line(Span("A newer version is there: ", BOLD), versions)]
        if self.command:
            texts.append(line("To install it: ", Span(one_line(self.command), ACCENT)))
        elif self.link:
            texts.append(line("Where to find it: ", Span(one_line(self.link), LINK)))
        if self.notes:
            texts += [EMPTY, line("What is new: ", Span(one_line(self.notes), LINK))]
        return card([row for text in texts for row in wrap(text, room)], room)

    transcript = scrollback
