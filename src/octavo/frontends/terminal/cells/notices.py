"""Remarks, warnings and errors: a mark and a text (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

from typing import Literal

import msgspec

from octavo.frontends.terminal.cells.cell import INDENT, Palette, prose_columns
from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.styled import (
    ACCENT,
    BOLD,
    DIM,
    ERROR,
    PLAIN,
    SUCCESS,
    WARNING,
    Line,
    Span,
    Style,
    line,
)
from octavo.frontends.terminal.text.widths import cut
from octavo.frontends.terminal.text.wrapping import wrap

_FIRST_LINE = 80

_MOST = 2000
"""Characters of a text that are printed: an error may be a whole page of some server."""


class Notice(msgspec.Struct, frozen=True):
    """A mark, a text in its style, a grey hint behind it, and what else there is to say below."""

    mark: Line
    text: str
    style: Style
    hint: str = ""
    more: str = ""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The text, a very long one cut, with what there is more to say below."""
        text = clean(self.text).strip("\n")
        return self._rows(prose_columns(columns, palette), text if len(text) <= _MOST else text[:_MOST] + "…")

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """All of the text."""
        return self._rows(prose_columns(columns, palette), clean(self.text).strip("\n"))

    def _rows(self, columns: int, text: str) -> list[Line]:
        rows: list[Line] = []
        lines = [line(Span(part, self.style)) for part in text.split("\n")]
        if self.hint:
            lines[-1] = line(*lines[-1].spans, " ", Span(one_line(self.hint), DIM))
        for part in lines:
            rows += wrap(part, columns, INDENT if rows else self.mark, INDENT)
        for below in clean(self.more).split("\n") if self.more else ():
            rows += wrap(line(Span(below, DIM)), columns, INDENT, INDENT)
        return rows


def info(text: str, hint: str = "") -> Notice:
    """Something worth knowing, with a hint what to do about it."""
    return Notice(line("• "), text, PLAIN, hint)


def error(text: str) -> Notice:
    """Something failed."""
    return Notice(line(Span("■ ", ERROR)), text, ERROR)


def warning(text: str) -> Notice:
    """Something to be aware of."""
    return Notice(line(Span("⚠ ", WARNING)), text, WARNING)


def deprecation(summary: str, details: str = "") -> Notice:
    """The configuration uses an old name."""
    return Notice(line(Span("⚠ ", ERROR)), summary, ERROR, more=details)


def interrupted() -> Notice:
    """The turn was ended by the user."""
    return error("Interrupted. Say what to do differently; /feedback tells us when something went wrong.")


def replaced() -> Notice:
    """The turn was ended by another one."""
    return error("The turn ended because another one took its place.")


class Banner(msgspec.Struct, frozen=True):
    """A row of its own that marks where something begins or ends."""

    text: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """In the colour of what speaks to the user."""
        text = " ".join(clean(self.text).split())
        return wrap(line(Span(text, ACCENT)), columns)

    transcript = scrollback


_HOW = {
    "once": ", this once",
    "session": ", for the whole session",
    "project": ", and what begins like it in this project",
    "everywhere": ", and what begins like it everywhere",
}


class Decision(msgspec.Struct, frozen=True):
    """What the user answered when a command was asked for."""

    answer: Literal["once", "session", "project", "everywhere", "abort"]
    command: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The command by its first line."""
        first, *others = clean(self.command).strip("\n").split("\n")
        shown = cut(first, _FIRST_LINE)
        if others:
            shown = cut(first, _FIRST_LINE - 4) + " ..."
        elif shown != first:
            shown = cut(first, _FIRST_LINE - 3) + "..."
        command = Span(shown, DIM)
        if self.answer == "abort":
            mark = line(Span("✗ ", ERROR))
            text = line("You ", Span("cancelled", BOLD), " the request to run ", command)
        else:
            mark = line(Span("✔ ", SUCCESS))
            text = line("You ", Span("approved", BOLD), " ", command, _HOW[self.answer])
        return wrap(text, columns, mark, INDENT)

    transcript = scrollback
