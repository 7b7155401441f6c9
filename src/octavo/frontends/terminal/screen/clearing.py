"""A clean screen without losing a line: what stands on it goes up into the scrollback.

Line feeds from wherever the cursor is move every row above it off the top; then the cursor goes back up to its row,
which is the first now. So nobody has to know which row it was on, and nothing is lost (`docs/terminal.md`, "Drawing").
"""

from __future__ import annotations

from octavo.frontends.terminal.text.styled import Line, Span

CLEAR = Line((Span("clear the screen here"),))
"""Among finished lines: the next one is to stand on the first row of the screen. Known by identity."""


def clean_screen(lines: int) -> str:
    """What is to be written at the start of a row below which nothing stands; `lines` is the height of the screen."""
    down = max(lines - 1, 0)
    return "\n" * down + (f"\x1b[{down}A" if down else "")
