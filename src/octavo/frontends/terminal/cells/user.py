"""What the user said (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.cells.cell import INDENT, Palette, prose_columns
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut
from octavo.frontends.terminal.text.wrapping import wrap

_SAID = Style(roles=("user",))
_MARK = line(Span("› ", Style(bold=True, roles=("user", "dim"))))


class UserCell(msgspec.Struct, frozen=True):
    """One message, on a background of its own between two blank rows of it.

    `images` came with it, and `at` is when it was sent, where that is known: the transcript tells it.
    """

    text: str
    images: int = 0
    at: str = ""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """One column stays free at the right; lines that are set off, as code is, are no prose."""
        shade = Style(bg=palette.message) if palette.message is not None else None
        rows: list[Line] = []
        for part in clean(self.text).split("\n") if self.text or not self.images else ():
            room = columns if part.startswith(" ") else prose_columns(columns, palette)
            rows += wrap(line(Span(part, _SAID)), room - 1, INDENT if rows else _MARK, INDENT)
        if not rows:  # pictures without a word
            count = "1 picture" if self.images == 1 else f"{self.images} pictures"
            rows = wrap(line(Span(count, DIM)), columns - 1, _MARK, INDENT)
        if shade is None:
            return [Line(), *rows, Line()]
        blank = Line(fill=shade)
        return [blank, *(Line(row.styled(shade).spans, shade) for row in rows), blank]

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """The same, with the time above."""
        rows = self.scrollback(columns, palette)
        time = line(Span(cut(f"  {self.at}", columns), DIM), fill=rows[0].fill) if self.at else rows[0]
        return [time.styled(time.fill) if time.fill is not None else time, *rows[1:]]
