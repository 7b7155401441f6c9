"""What is known of the terminal's colours, and what is made of it (`docs/terminal.md`, "Colours")."""

from __future__ import annotations

from typing import NamedTuple

from octavo.frontends.terminal.keys.key import ColorReply
from octavo.frontends.terminal.screen.depth import PALETTE, TRUE
from octavo.frontends.terminal.text.styled import Color

Rgb = tuple[int, int, int]


class Colors(NamedTuple):
    """How many colours the terminal has, and its own two, None until it told them."""

    depth: int
    foreground: Rgb | None = None
    background: Rgb | None = None

    def told(self, reply: ColorReply) -> Colors:
        """With one of its answers."""
        color = (reply.red, reply.green, reply.blue)
        return self._replace(foreground=color) if reply.which == 10 else self._replace(background=color)

    @property
    def message(self) -> Color | None:
        """The background of messages and composer: a tenth towards white, or black where it is light."""
        if self.background is None or self.depth < PALETTE:
            return None
        red, green, blue = self.background
        towards = 0 if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else 255
        return (_tenth(red, towards), _tenth(green, towards), _tenth(blue, towards))

    @property
    def can_fade(self) -> bool:
        """Whether text can fade into the background."""
        return self.depth == TRUE and self.background is not None


def _tenth(part: int, towards: int) -> int:
    return int(part * 0.9 + towards * 0.1)
