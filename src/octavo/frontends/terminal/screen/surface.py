"""What the loop draws on: a screen with live rows, or a terminal that is written to line by line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from octavo.frontends.terminal.keys.key import Input
from octavo.frontends.terminal.screen.live import Cursor
from octavo.frontends.terminal.screen.tty import Tty
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.themes.theme import Theme


class KeyParser(Protocol):
    """Bytes of the terminal in, inputs out."""

    @property
    def patience(self) -> float | None:
        """Seconds to wait for the rest of a sequence, None where none has begun."""

    def feed(self, data: bytes) -> list[Input]:
        """Take bytes; the inputs that they complete."""

    def flush(self) -> list[Input]:
        """Nothing more comes."""


class Surface(Protocol):
    """One terminal, from `start` to `end`. Every byte to it passes here."""

    tty: Tty
    columns: int
    lines: int
    depth: int

    @property
    def reads_lines(self) -> bool:
        """Whether the terminal hands over whole lines, and keeps Ctrl+C and Ctrl+Z for signals."""

    @property
    def obeys(self) -> bool:
        """Whether it may be sent control sequences."""

    def parser(self) -> KeyParser:
        """What reads its bytes."""

    def start(self, *, ask: bool = True) -> None:
        """Take the terminal."""

    def ask_colors(self) -> None:
        """Ask for its colours again."""

    def named(self, name: str) -> None:
        """It has said what it is."""

    def wear(self, theme: Theme) -> None:
        """Draw in these colours from now on."""

    def resized(self) -> bool:
        """Take its size as it is now; whether it is another one."""

    def print(self, lines: Iterable[Line]) -> None:
        """These finished lines come with the next frames."""

    @property
    def busy(self) -> bool:
        """Whether it has yet to take what was written."""

    @property
    def printing(self) -> bool:
        """Whether finished lines wait for a frame."""

    def draw(self, rows: Sequence[Line], cursor: Cursor | None) -> None:
        """Show these rows below what is printed."""

    def overlay(self, rows: Sequence[Line], cursor: Cursor | None = None) -> None:
        """Show these rows over everything."""

    def shape_cursor(self, shape: int) -> None:
        """The cursor has this shape from the next frame on; 0 is the terminal's own."""

    def notify(self, text: str, method: str) -> None:
        """Call the user."""

    def title(self, text: str) -> None:
        """Give the window this title; an empty one leaves it as it is."""

    def leave_title(self) -> None:
        """Let the window have the title that it had before."""

    def send(self, text: str) -> None:
        """A sequence that draws nothing."""

    def spoil(self) -> None:
        """Others may have written over the rows."""

    def suspend(self) -> None:
        """Give the terminal back and stop with our process group; returns when we are continued."""

    def continued(self, *, in_place: bool = False) -> None:
        """We go on after a stop."""

    def end(self) -> None:
        """Give the terminal back. May be called at any moment."""
