"""The one owner of the output: every byte to the terminal passes here, one write a frame (`docs/terminal.md`).

Finished lines are queued with `print`; `draw` puts them above fresh live rows, a bounded number with each frame, so
that keys are answered while much is printed. Under an overlay they wait. While the terminal has not taken the last
frame, no other is made: only the newest rows are drawn then.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from octavo.frontends.terminal.screen import modes, pager
from octavo.frontends.terminal.screen.clearing import CLEAR, clean_screen
from octavo.frontends.terminal.screen.depth import color_depth
from octavo.frontends.terminal.screen.live import Cursor, Live
from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.screen.tty import Tty
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.themes.theme import Theme

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.screen.surface import KeyParser

_LINES_A_FRAME = 400
_ANSWERS_S = 1.0  # how long answers of the terminal may take


class Screen:
    """Draws on a terminal from `start` to `end`, and gives it back in between for `suspend`."""

    def __init__(self, tty: Tty, environ: Mapping[str, str]) -> None:
        self.tty, self._environ = tty, environ
        self.columns, self.lines = tty.size()
        self.depth = color_depth(environ)
        self._ink = ink = Ink(self.depth, links=modes.knows_links(environ))
        self._live = Live(ink, modes.rewraps(environ))
        self._whole = pager.WholeScreen(ink)
        self._overlay = False
        self._queue: deque[Line] = deque()
        self._cursor_shown = True
        self._shape = self._shape_set = 0
        self._sync = modes.synchronizes(environ)
        self._on = False
        self._asked_at = float("-inf")
        self._name = ""
        self._title = ""

    reads_lines = False
    obeys = True

    def parser(self) -> KeyParser:
        """Keys in all their spellings."""
        from octavo.frontends.terminal.keys.parser import Parser  # keys are read once the first frame stands

        return Parser()

    def start(self, *, ask: bool = True) -> None:
        """Take the terminal: keys as they are pressed, the modes of the interface; ask it what it is, if wanted."""
        self.tty.raw()
        self._on = True
        self._asked_at = time.monotonic() if ask else self._asked_at
        self.tty.write(modes.modes_on(self._environ) + (modes.QUERIES if ask else ""))

    def ask_colors(self) -> None:
        """Ask for the colours again; answers come as input."""
        self.tty.write(modes.COLOR_QUERIES)

    def wear(self, theme: Theme) -> None:
        """Let roles look like this from the next frame on; what was printed stays as it is."""
        self._ink.wear(theme)
        self.spoil()

    def named(self, name: str) -> None:
        """The terminal has said what it is."""
        self._name = name
        self._live.rewraps = modes.rewraps(self._environ, name)
        self._ink.links = modes.knows_links(self._environ, name)

    def resized(self) -> bool:
        """Take the terminal's size as it is now; whether it is another one."""
        size = self.tty.size()
        if size == (self.columns, self.lines):
            return False
        self.columns, self.lines = size
        self._live.spoil()
        self._whole.forget()
        return True

    def print(self, lines: Iterable[Line]) -> None:
        """These finished lines go above the live rows with the next frames."""
        self._queue.extend(lines)

    @property
    def busy(self) -> bool:
        """Whether the terminal has yet to take what was written."""
        return self.tty.pending > 0

    @property
    def printing(self) -> bool:
        """Whether finished lines wait for a frame."""
        return bool(self._queue) and not self._overlay

    def draw(self, rows: Sequence[Line], cursor: Cursor | None) -> None:
        """Show these rows below what is printed; `cursor` is where it stands in them, None hides it."""
        if self.busy or not self._on:
            return
        text = self._leave_overlay() if self._overlay else ""
        history, clears = self._next_lines()
        if clears:
            text += self._live.frame(history, [], (0, 0), self.columns) if history else ""
            text += self._live.to_top(self.columns) + "\x1b[J" + clean_screen(self.lines)
            self._live.forget()
            history, _ = self._next_lines()
        rows, cursor = _within(rows, cursor, self.lines)
        text += self._live.frame(history, rows, cursor or (len(rows) - 1, 0), self.columns)
        self._write(text, cursor is not None)

    def _next_lines(self) -> tuple[list[Line], bool]:
        """The finished lines of one frame, and whether the screen is to be clean behind them."""
        lines: list[Line] = []
        while self._queue and len(lines) < _LINES_A_FRAME:
            line = self._queue.popleft()
            if line is CLEAR:
                return lines, True
            lines.append(line)
        return lines, False

    def overlay(self, rows: Sequence[Line], cursor: Cursor | None = None) -> None:
        """Show these rows on the whole of the alternate screen."""
        if self.busy or not self._on:
            return
        text = ""
        if not self._overlay:
            self._overlay = True
            self._whole.forget()
            text = pager.ENTER
        text += self._whole.frame(rows, cursor, self.columns, self.lines)
        self._write(text, cursor is not None)

    def shape_cursor(self, shape: int) -> None:
        """The cursor has this shape from the next frame on (the number of DECSCUSR); 0 is the terminal's own."""
        self._shape = shape

    def notify(self, text: str, method: str) -> None:
        """Call the user, in the way that `[tui] notification_method` names; the text has no control characters."""
        from octavo.frontends.terminal.screen.bells import notification  # most are never called

        self.tty.write(notification(text, method, self._environ, self._name))

    def title(self, text: str) -> None:
        """Give the window this title, which has no control characters; an empty one leaves it as it is.

        The title of before comes back whenever the terminal is given back.
        """
        if text and text != self._title and self._on and not self.busy and modes.has_title(self._environ):
            self.tty.write(("" if self._title else modes.KEEP_TITLE) + modes.title(text))
            self._title = text

    def leave_title(self) -> None:
        """Let the window have the title that it had before."""
        self.tty.write(self._title_back())

    def send(self, text: str) -> None:
        """A sequence that draws nothing, such as what goes to the clipboard."""
        self.tty.write(text)

    def spoil(self) -> None:
        """Others may have written over the rows: draw them all with the next frame."""
        self._live.spoil()
        self._whole.forget()

    def give_back(self) -> None:
        """Let the terminal be as it was before us, until `continued`; the live rows stay where they are."""
        text = (self._leave_overlay() if self._overlay else "") + self._own_shape() + self._live.to_last() + "\r\n"
        self.tty.write(text + self._title_back() + modes.modes_off(self._environ))
        self.tty.finish()
        self.tty.cooked()
        self._on = False

    def suspend(self) -> None:
        """Give the terminal back and stop with our process group; returns when we are continued."""
        self.give_back()
        from signal import SIGTSTP

        os.kill(0, SIGTSTP)

    def continued(self, *, in_place: bool = False) -> None:
        """We go on after a stop: take the terminal again, and draw below what stands there, or where we were."""
        was_overlay, self._overlay = self._overlay, False
        self.start(ask=False)
        self.columns, self.lines = self.tty.size()
        self._cursor_shown = True
        if was_overlay:
            self.tty.write(pager.LEAVE)
        if in_place:
            self._live.spoil()
        else:
            self._live.forget()
        self._whole.forget()

    def end(self) -> None:
        """Give the terminal back: the live rows are gone, what was printed stays. May be called at any moment."""
        if not self._on:
            return
        self._on = False
        text = modes.SYNC_END if self._sync else ""
        text += self._leave_overlay() if self._overlay else ""
        left = [line for line in self._queue if line is not CLEAR]
        text += self._live.frame(left, [], (0, 0), self.columns) if left else ""
        self._queue.clear()
        text += self._live.to_top(self.columns) + "\x1b[J" + self._own_shape() + self._title_back()
        text += modes.modes_off(self._environ)
        self.tty.write(text)
        self.tty.finish()
        if time.monotonic() < self._asked_at + _ANSWERS_S:
            self.tty.forget_input()  # answers that are still on their way would be typed into the shell
        self.tty.cooked()

    def _title_back(self) -> str:
        had, self._title = self._title, ""
        return modes.TITLE_BACK if had else ""

    def _leave_overlay(self) -> str:
        self._overlay = False
        self._live.spoil()
        return pager.LEAVE

    def _own_shape(self) -> str:
        """The cursor as the terminal has it, if it had another shape."""
        was, self._shape_set = self._shape_set, 0
        return modes.cursor_shape(0) if was else ""

    def _write(self, text: str, cursor_shown: bool) -> None:
        if self._shape != self._shape_set:
            text += modes.cursor_shape(self._shape)
            self._shape_set = self._shape
        if cursor_shown != self._cursor_shown:
            text += modes.SHOW_CURSOR if cursor_shown else modes.HIDE_CURSOR
            self._cursor_shown = cursor_shown
        elif text and cursor_shown and "\n" in text:
            text = modes.HIDE_CURSOR + text + modes.SHOW_CURSOR
        if text:
            self.tty.write(modes.SYNC_BEGIN + text + modes.SYNC_END if self._sync else text)


def _within(rows: Sequence[Line], cursor: Cursor | None, lines: int) -> tuple[Sequence[Line], Cursor | None]:
    """No more rows than the screen has, those around the cursor."""
    surplus = len(rows) - lines
    if surplus <= 0:
        return rows, cursor
    if cursor is None:
        return rows[surplus:], None
    above = min(surplus, cursor[0])
    return rows[above : above + lines], (cursor[0] - above, cursor[1])
