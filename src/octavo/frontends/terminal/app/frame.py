"""What the loop draws, and what it draws it from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from octavo.frontends.terminal.keys.key import Input
from octavo.frontends.terminal.text.styled import Line


class Frame(msgspec.Struct, frozen=True):
    """What is to be seen: finished lines, the live rows or those of an overlay, and the cursor in them.

    `notification` is a sentence for a user who looks elsewhere, to be told in the way of `notification_method`;
    `title` is that of the window, empty where it is left alone; `shape` the number of the cursor's shape (DECSCUSR), 0
    for the terminal's own.
    """

    history: Sequence[Line]
    rows: Sequence[Line]
    cursor: tuple[int, int] | None
    overlay: bool = False
    notification: str = ""
    notification_method: str = "auto"
    title: str = ""
    shape: int = 0


class State(Protocol):
    """What keys and time change. Times are monotonic seconds."""

    def handle(self, value: Input, now: float) -> None:
        """Take an input."""

    def handled(self, now: float) -> None:
        """Many inputs came at once, and taking them lasted until `now`."""

    def tick(self, now: float) -> None:
        """The deadline has come."""

    def deadline(self) -> float | None:
        """When `tick` is due, None for never."""

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        """What is to be seen now; finished lines are handed out once."""


class Face(State, Protocol):
    """How the interface is shown, and how it is handed what is typed."""

    def appear(self, now: float) -> None:
        """What was typed before this moment answers nothing that stands on the screen."""
