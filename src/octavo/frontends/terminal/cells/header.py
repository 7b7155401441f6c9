"""The card at the start of a session, and the lines that help to begin.

See `docs/terminal-cells.md`, "The first screen".
"""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.cells.cell import UNDER, Palette
from octavo.frontends.terminal.text.directory import shortened
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line, width
from octavo.frontends.terminal.text.wrapping import wrap

_WIDEST = 56

_TIPS = (
    ("/init", "write an AGENTS.md file with instructions for this folder"),
    ("/status", "show the settings of this session and the tokens it used"),
    ("/approvals", "choose what may be done without asking"),
    ("/model", "choose the model and how much it thinks"),
    ("/review", "review changes and find what is wrong"),
)


class HeaderCell(msgspec.Struct, frozen=True):
    """A session begins. Messages before the newest one of these belong to earlier sessions."""

    version: str
    model: str
    effort: str
    directory: str
    """As it is shown: with `~` for the home folder, not shortened yet."""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Card, then tips."""
        rows = card(self._rows(min(columns - 4, _WIDEST)), min(columns - 4, _WIDEST))
        if not rows:
            return []
        start = Span("  Describe a task, or begin with one of these:", DIM)
        tips = [line("  ", name, Span(f" - {text}", DIM)) for name, text in _TIPS]
        return rows + [row for tip in (EMPTY, line(start), EMPTY, *tips) for row in wrap(tip, columns, EMPTY, UNDER)]

    transcript = scrollback

    def _rows(self, room: int) -> list[Line]:
        model = f"{self.model} {self.effort}".rstrip()
        directory = shortened(self.directory, room - len("directory: "))
        return [
            title(self.version),
            EMPTY,
            line(Span("model:     ", DIM), model, Span("   /model", ACCENT), Span(" to change", DIM)),
            line(Span("directory: ", DIM), directory),
        ]


class ModelChanged(msgspec.Struct, frozen=True):
    """The session runs with another model than the one that was asked for."""

    requested: str
    used: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Three rows."""
        rows = (line(Span("model changed:", BOLD)), line(f"requested: {self.requested}"), line(f"used: {self.used}"))
        return [cut_line(row, columns) for row in rows]

    transcript = scrollback


def title(version: str) -> Line:
    """The first row of a card."""
    return line(Span(">_ ", DIM), Span("Octavo", BOLD), Span(f" (v{version})", DIM))


def card(rows: list[Line], most: int) -> list[Line]:
    """Rows in a border as wide as the widest of them, cut at `most` columns; none where there is no room."""
    if most < 1:
        return []
    rows = [cut_line(row, most) for row in rows]
    inner = max(width(row.text) for row in rows)
    edge = Span("│ ", DIM), Span(" │", DIM)
    body = [
        line(edge[0], *row.spans, Span(" " * (inner - width(row.text))), edge[1])
        for row in rows
    ]  # fmt: skip
    rule = "─" * (inner + 2)
    return [line(Span(f"╭{rule}╮", DIM)), *body, line(Span(f"╰{rule}╯", DIM))]
