"""The model's plan (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.cells.cell import BRANCH, INDENT, LEAD, TITLE, UNDER, Palette
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import CYAN, DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import Flow, wrap
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
        flows: list[Flow] = []
        if note := one_line(self.note):
            flows.append(Flow(line(Span(note, _NOTE))))
        for step in self.steps:
            mark, style = _LOOKS[step.status]
            # The mark is not struck out with its step.
            first = line(Span(mark, replace(style, crossed=False)))
            flows.append(Flow(line(Span(one_line(step.step), style)), first, INDENT))
        if not self.steps:
            flows.append(Flow(line(Span("(no steps)", _NOTE))))
        for number, flow in enumerate(flows):
            rows += flow.rows(columns, UNDER if number else BRANCH, UNDER)
        return rows

    transcript = scrollback
