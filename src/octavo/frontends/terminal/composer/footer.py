"""The row under the composer, and the table of keys that takes its place (`docs/terminal-composer.md`, "Footer")."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.terminal.composer.rows import shown
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import width

Hint = Literal["", "ctrl-c", "backtrack"]


def footer_row(hint: Hint, *, busy: bool, empty: bool, context_left: int) -> Line:
    """What the last key asks for, or how much room the model has left."""
    if hint == "backtrack":
        text = "esc again to edit previous message"
    elif hint == "ctrl-c":
        text = f"ctrl + c again to {'interrupt' if busy else 'quit'}"
    else:
        text = f"{context_left}% context left" + " · ? for shortcuts" * empty
    return line(Span(f"  {text}", DIM))


def mode_row(mode: str, row: Line) -> Line:
    """The footer, which begins with two blanks, behind the mode that keys are in."""
    first, *others = row.spans
    return line(Span(f"  {shown(mode)} ·"), Span(first.text[1:], first.style), *others)


def mode_columns(mode: str) -> int:
    """How much room that takes."""
    return width(shown(mode)) + 3 if mode else 0


def search_row(query: str, *, missed: bool) -> Line:
    """What is looked for in earlier messages."""
    keys = "no earlier message has it" if missed else "ctrl + r for an older one, enter takes it, esc leaves"
    return line(Span("  search: "), Span(shown(query)), Span(f"  {keys}", DIM))


def shortcut_rows(columns: int, *, enhanced: bool, primed: bool) -> list[Line]:
    """The keys in two columns, in one where they do not fit; a terminal with enhanced keys knows Shift+Enter."""
    newline = "shift + enter" if enhanced else "ctrl + j"
    again = "esc again" if primed else "esc esc"
    table = (
        ("/ for commands", f"{newline} for a new line"),
        ("@ for file paths", "ctrl + v to paste images"),
        (f"{again} to edit previous message", "ctrl + c to exit"),
        ("! for a command of your own", "ctrl + t for the transcript"),
    )
    left = max(len(row[0]) for row in table) + 4
    if columns < 2 + left + max(len(row[1]) for row in table):
        return [line(Span(f"  {text}", DIM)) for row in table for text in row]
    return [line(Span(f"  {first:<{left}}{second}", DIM)) for first, second in table]
