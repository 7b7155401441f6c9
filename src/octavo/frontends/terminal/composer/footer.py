"""The row under the composer, and the table of keys that takes its place (`docs/terminal-composer.md`, "Footer")."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.terminal.composer.rows import shown
from octavo.frontends.terminal.keys.keymap import Keymap
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import width

Hint = Literal["", "ctrl-c", "backtrack"]


def footer_row(hint: Hint, keys: Keymap, *, busy: bool, empty: bool, context_left: int) -> Line:
    """What the last key asks for, or how much room the model has left."""
    if hint == "backtrack":
        text = f"{keys.shown('chat.edit_previous_message')} again to edit previous message"
    elif hint == "ctrl-c":
        text = f"ctrl + c again to {'interrupt' if busy else 'quit'}"
    else:
        help_key = keys.shown("composer.toggle_shortcuts") if empty else ""
        text = f"{context_left}% context left" + f" · {help_key} for shortcuts" * bool(help_key)
    return line(Span(f"  {text}", DIM))


def mode_row(mode: str, row: Line) -> Line:
    """The mode that keys are in, and behind it the footer, which begins with two blanks; in a narrow window nothing."""
    if not row.spans:
        return line(Span(f"  {shown(mode)}"))
    first, *others = row.spans
    return line(Span(f"  {shown(mode)} ·"), Span(first.text[1:], first.style), *others)


def mode_columns(mode: str) -> int:
    """How much room that takes."""
    return width(shown(mode)) + 3 if mode else 0


def search_row(query: str, keys: Keymap, *, busy: bool, missed: bool) -> Line:
    """What is looked for in earlier messages; while something runs, Esc would stop that, too."""
    leave = "ctrl + c" if busy else "esc"
    hint = keys.worded(f"{{composer.history_search_previous}} for an older one, enter takes it, {leave} leaves")
    hint = "no earlier message has it" if missed else hint
    return line(Span("  search: "), Span(shown(query)), Span(f"  {hint}", DIM))


def shortcut_rows(columns: int, keys: Keymap, *, enhanced: bool, primed: bool) -> list[Line]:
    """The keys in two columns, in one where they do not fit; a terminal with enhanced keys knows Shift+Enter."""
    has_shift_enter = enhanced and "shift-enter" in keys.bindings("editor.insert_newline")
    newline = "shift + enter" if has_shift_enter else keys.shown("editor.insert_newline")
    back = keys.shown("chat.edit_previous_message")
    right = (
        f"{newline} for a new line" * bool(newline),
        keys.worded("{composer.attach_image} to paste images"),
        "ctrl + c to exit",
        keys.worded("{global.open_transcript} for the transcript"),
    )
    left = (
        "/ for commands",
        "@ for file paths",
        f"{back} {'again' if primed else back} to edit previous message" * bool(back),
        "! for a command of your own",
    )
    table = tuple(zip(left, right, strict=True))
    room = max(map(len, left)) + 4
    if columns < 2 + room + max(map(len, right)):
        return [line(Span(f"  {text}", DIM)) for row in table for text in row if text]
    return [line(Span(f"  {first:<{room}}{second}", DIM)) for first, second in table]
