"""A terminal that is only ever written to at its end: finished lines, then the line that the user writes on.

Text alone is written, no colours. Where keys come one by one, the cursor moves within the user's own line and nowhere
else: a letter typed at its end is one character written. Finished lines come in its place, and it follows anew below
them; one that says what stands there already is left where it is.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping, Sequence

from octavo.frontends.terminal.keys.parser import Parser
from octavo.frontends.terminal.screen import modes
from octavo.frontends.terminal.screen.depth import NONE
from octavo.frontends.terminal.screen.surface import KeyParser
from octavo.frontends.terminal.screen.tty import Tty
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.text.widths import graphemes, width
from octavo.frontends.terminal.themes.theme import Theme

Cursor = tuple[int, int]


class PlainScreen:
    """Such a terminal, with keys as they are pressed."""

    reads_lines = False
    obeys = True
    depth = NONE

    def __init__(self, tty: Tty, environ: Mapping[str, str]) -> None:
        self.tty, self._environ = tty, environ
        self.columns, self.lines = tty.size()
        self._queue: list[str] = []
        self._rows: list[str] = []
        self._at: Cursor = (0, 0)
        self._on = False
        self._title = ""

    def parser(self) -> KeyParser:
        """Keys in all their spellings."""
        return Parser()

    def start(self, *, ask: bool = True) -> None:
        """Take the terminal. Nothing is asked of it: no colour depends on the answer."""
        self.tty.raw()
        self._on = True
        self.tty.write(modes.modes_on(self._environ))

    def ask_colors(self) -> None:
        """There are none."""

    def named(self, name: str) -> None:
        """It makes no difference."""

    def wear(self, theme: Theme) -> None:
        """There are no colours."""

    def resized(self) -> bool:
        """Take the terminal's size as it is now; whether it is another one."""
        size = self.tty.size()
        if size == (self.columns, self.lines):
            return False
        self.columns, self.lines = size
        self.spoil()
        return True

    def print(self, lines: Iterable[Line]) -> None:
        """These finished lines come with the next frame."""
        self._queue += [clean(line.text).replace("\n", " ").rstrip() for line in lines]

    @property
    def busy(self) -> bool:
        """Whether the terminal has yet to take what was written."""
        return self.tty.pending > 0

    @property
    def printing(self) -> bool:
        """Whether finished lines wait for a frame."""
        return bool(self._queue)

    def draw(self, rows: Sequence[Line], cursor: Cursor | None) -> None:
        """Write what is finished, then the rows of the user's line as far as they changed."""
        if self.busy or not self._on:
            return
        text = self._finished() + self._line([row.text for row in rows], cursor or (0, 0))
        if text:
            self.tty.write(text)

    def overlay(self, rows: Sequence[Line], cursor: Cursor | None = None) -> None:
        """There is nothing to put over anything: they are printed."""
        self.print(rows)
        self.draw((), None)

    def shape_cursor(self, shape: int) -> None:
        """It keeps its own: modes are told in words."""

    def notify(self, text: str, method: str) -> None:
        """Call the user, in the way that `[tui] notification_method` names."""
        from octavo.frontends.terminal.screen.bells import notification

        self.send(notification(text, method, self._environ, ""))

    def title(self, text: str) -> None:
        """Give the window this title; an empty one leaves it as it is."""
        if text and text != self._title and self._on and modes.has_title(self._environ):
            self.send(("" if self._title else modes.KEEP_TITLE) + modes.title(text))
            self._title = text

    def leave_title(self) -> None:
        """Let the window have the title that it had before."""
        if self._title:
            self.send(modes.TITLE_BACK)
            self._title = ""

    def send(self, text: str) -> None:
        """A sequence that draws nothing, such as a notification."""
        self.tty.write(text)

    def spoil(self) -> None:
        """What stands there is left; the user's line comes again below it."""
        if self._rows and self._on:
            self.tty.write(_move(self._at, (len(self._rows) - 1, 0)) + "\r\n")
        self._rows, self._at = [], (0, 0)

    def suspend(self) -> None:
        """Give the terminal back and stop with our process group; returns when we are continued."""
        self.end()
        os.kill(0, signal.SIGTSTP)

    def continued(self, *, in_place: bool = False) -> None:
        """We go on after a stop: below what stands there now."""
        self._rows, self._at = [], (0, 0)
        self.start(ask=False)
        self.columns, self.lines = self.tty.size()

    def end(self) -> None:
        """Give the terminal back, the cursor on a row of its own."""
        if not self._on:
            return
        self.leave_title()
        text = self._finished() + self._line([], (0, 0)) + modes.modes_off(self._environ)
        self._on = False
        self.tty.write(text)
        self.tty.finish()
        self.tty.cooked()

    def _finished(self) -> str:
        said, self._queue = self._queue, []
        if not said:
            return ""
        stands = [row.rstrip() for row in self._rows]
        if stands and said[: len(stands)] == stands:
            text = _move(self._at, (len(stands) - 1, self._at[1])) + "\r\n"
            said = said[len(stands) :]
        else:
            text = self._line([], (0, 0))
        self._rows, self._at = [], (0, 0)
        return text + "".join(f"{line}\r\n" for line in said)

    def _line(self, rows: list[str], cursor: Cursor) -> str:
        """From what stands there to these rows: whatever is the same is not touched."""
        old, (row, kept) = self._rows, _same(self._rows, rows)
        if old == rows:
            text, at = "", self._at
        else:
            column = width(kept)
            text = _move(self._at, (row, column))
            has_more = row < len(old) and (old[row] != kept or row < len(old) - 1)
            text += "\x1b[J" * has_more
            rest = [rows[row][len(kept) :], *rows[row + 1 :]] if row < len(rows) else []
            text += "\r\n".join(rest)
            at = (len(rows) - 1, width(rows[-1])) if rows else (0, 0)
        self._rows, self._at = rows, cursor if rows else (0, 0)
        return text + _move(at, self._at)


class LineScreen(PlainScreen):
    """A terminal that obeys nothing and hands over whole lines, as `TERM=dumb` says of it.

    No control character but the line feed is ever written; what the user types is echoed by the terminal, or by
    whoever stands behind it.
    """

    reads_lines = True
    obeys = False
    _echoes = True

    def parser(self) -> KeyParser:
        """Lines."""
        from octavo.frontends.terminal.plain.line_input import LineParser

        return LineParser()

    def start(self, *, ask: bool = True) -> None:
        """Take the terminal as it is."""
        self.tty.line_mode()
        self._on = True

    def send(self, text: str) -> None:
        """It would be printed."""

    def spoil(self) -> None:
        """The line comes again."""
        self._rows = []

    def draw(self, rows: Sequence[Line], cursor: Cursor | None) -> None:
        """Write what is finished, and what stands before the user's answer; a secret one is not echoed."""
        if self.busy or not self._on:
            return
        if self._echoes != (cursor is not None):
            self._echoes = cursor is not None
            self.tty.echo(on=self._echoes)
        if self.tty.took_line():
            self._rows = []
        said, self._queue = self._queue, []
        wanted = [row.text for row in rows][:1]
        text = "\n" * bool(self._rows and (said or wanted != self._rows))
        text += "".join(f"{line}\n" for line in said)
        text += "".join(wanted) if said or wanted != self._rows else ""
        self._rows = wanted
        if text:
            self.tty.write(text)

    def end(self) -> None:
        """Give the terminal back, the cursor on a row of its own."""
        if not self._on:
            return
        self.draw((), (0, 0))
        self._on = False
        self.tty.finish()
        self.tty.cooked()


def _same(old: Sequence[str], new: Sequence[str]) -> tuple[int, str]:
    """The first row that differs, and what both have at its start."""
    for row, text in enumerate(new):
        if row >= len(old):
            return row, ""
        if text != old[row]:
            return row, _common(old[row], text)
    return max(len(new) - 1, 0), new[-1] if new else ""


def _common(one: str, other: str) -> str:
    kept = ""
    for left, right in zip(graphemes(one), graphemes(other), strict=False):
        if left != right:
            break
        kept += left
    return kept


def _move(at: Cursor, to: Cursor) -> str:
    """Within the user's line."""
    if at == to:
        return ""
    rows, columns = to[0] - at[0], to[1] - at[1]
    text = f"\x1b[{-rows}A" if rows < 0 else "\n" * rows
    if columns == -1:
        return text + "\b"
    if columns < 0:
        return text + f"\x1b[{-columns}D"
    return text + (f"\x1b[{columns}C" if columns else "")
