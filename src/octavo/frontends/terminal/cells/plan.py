"""The model's plan (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.cells.cell import BRANCH, INDENT, LEAD, TITLE, UNDER, Palette, prose_columns
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import Flow, wrap
from octavo.protocol.events import PlanStep

_NOTE = Style(italic=True, roles=("dim",))
_LEAST = 5
_LOOKS = {
    "completed": ("✔ ", Style(crossed=True, roles=("dim",))),
    "in_progress": ("□ ", Style(bold=True, roles=("accent",))),
    "pending": ("□ ", DIM),
}


class PlanCell(msgspec.Struct, frozen=True):
    """Its note and its steps."""

    note: str
    steps: tuple[PlanStep, ...]

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """A third of the screen at most, the step at work among it."""
        columns = prose_columns(columns, palette)
        rows = self.transcript(columns, palette)
        most = max(palette.lines // 3, _LEAST)
        if not palette.lines or len(rows) <= most:
            return rows
        return _around(rows, self._rows_above(columns), most, columns)

    def _rows_above(self, columns: int) -> int:
        """How many rows stand above the step at work, or above the next one to do."""
        states = [step.status for step in self.steps]
        state = next((state for state in ("in_progress", "pending") if state in states), None)
        at = states.index(state) if state else len(states)
        return len(PlanCell(self.note, self.steps[:at]).transcript(columns, Palette())) - (at == 0)

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """Each step with the mark of its state."""
        columns = prose_columns(columns, palette)
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


def _around(rows: list[Line], at: int, most: int, columns: int) -> list[Line]:
    """The title and what stands around the row `at`, with how much is left out above and below."""
    room = most - 3
    first = min(max(at - 1, 1), max(len(rows) - room, 1))
    above, shown, below = first - 1, rows[first : first + room], max(len(rows) - first - room, 0)
    more = f"… {below} rows more, ctrl + t shows all"
    before = wrap(line(Span(f"… {above} rows above", DIM)), columns, BRANCH, UNDER)[:1] if above else []
    after = wrap(line(Span(more, DIM)), columns, UNDER, UNDER)[:1] if below else []
    return [rows[0], *before, *shown, *after]
