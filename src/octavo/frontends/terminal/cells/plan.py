"""The model's plan (`docs/terminal.md`, "Cells")."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.cells.cell import BRANCH, LEAD, TITLE, UNDER, Palette, joined_rows
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import CYAN, DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.events import PlanStep

_NOTE = Style(dim=True, italic=True)
_LOOKS = {
    "completed": ("✔ ", Style(crossed=True, dim=True)),
    "in_progress": ("□ ", Style(fg=CYAN, bold=True)),
    "pending": ("□ ", DIM),
}


class PlanCell(msgspec.Struct, frozen=True):
    """Its note and its steps."""

    note: str
    steps: tuple[PlanStep, ...]

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Each step with the mark of its state."""
        rows = wrap(line(Span("Updated Plan", TITLE)), columns, LEAD)
        below: list[Line] = []
        if note := one_line(self.note):
            below += wrap(line(Span(note, _NOTE)), columns - 4)
        for step in self.steps:
            mark, style = _LOOKS[step.status]
            # The mark is not struck out with its step.
            first = line(Span(mark, style._replace(crossed=False)))
            below += wrap(line(Span(one_line(step.step), style)), columns - 4, first, line("  "))
        if not self.steps:
            below += wrap(line(Span("(no steps)", _NOTE)), columns - 4)
        return rows + joined_rows(below, BRANCH, UNDER)

    transcript = scrollback
