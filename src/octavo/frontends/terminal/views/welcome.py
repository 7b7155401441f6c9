"""The first screen of a new user: a name, and a picture that moves where there is room for it."""

from __future__ import annotations

from octavo.frontends.terminal.text.styled import ACCENT, BOLD, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.wrapping import wrap

LEAST_COLUMNS, LEAST_ROWS = 60, 20
FRAME_SECONDS = 0.1

_HEIGHT, _BARS = 5, 24
_LEVELS = " ▁▂▃▄▅▆▇█"
_WAVES = (
    (3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2),
    (8, 2, 6, 1, 7, 3, 5, 0, 8, 4, 6, 2, 7, 1, 5, 3),
    (0, 0, 1, 2, 4, 8, 4, 2, 1, 0, 0, 1, 2, 4, 8, 4),
)
MOTIONS = len(_WAVES)


def welcome_rows(width: int, height: int, frame: int, motion: int) -> list[Line]:
    """The rows; the picture only where there is room."""
    text = line(Span("Welcome to Octavo", BOLD), ", an agent that works on code in your terminal")
    title = wrap(text, width, line("  "), line("  "))
    if width < LEAST_COLUMNS or height < LEAST_ROWS:
        return [EMPTY, *title, EMPTY]
    return [EMPTY, *_picture(frame, motion), EMPTY, *title, EMPTY]


def _picture(frame: int, motion: int) -> list[Line]:
    """Bars that rise and fall one after another."""
    wave = _WAVES[motion % MOTIONS]
    heights = [wave[(bar + frame) % len(wave)] * _HEIGHT // 2 for bar in range(_BARS)]
    return [
        line("  ", Span("".join(_bar(height - 4 * row) + " " for height in heights).rstrip(), ACCENT))
        for row in reversed(range(_HEIGHT))
    ]


def _bar(height: int) -> str:
    return _LEVELS[min(max(height * 2, 0), 8)]
