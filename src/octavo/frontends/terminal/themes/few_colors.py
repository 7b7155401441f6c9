"""A theme on a terminal of 16 colours: each colour becomes the middle one of the six whose hue is nearest.

Greys become the terminal's own colour, dim where the role stands behind the rest: what its white, black and bright
black look like before its background nobody knows.
"""

from __future__ import annotations

import colorsys
from collections.abc import Mapping

from msgspec.structs import replace

from octavo.frontends.terminal.screen.depth import ANSI, STEPS
from octavo.frontends.terminal.text.styled import BLUE, CYAN, GREEN, MAGENTA, RED, YELLOW, Color, Role, Style

_WHEEL = (RED, YELLOW, GREEN, CYAN, BLUE, MAGENTA)
_LEAST_SATURATION = 0.2
_BEHIND: tuple[Role, ...] = ("dim", "comment", "operator")


def with_few_colors(looks: Mapping[Role, Style]) -> dict[Role, Style]:
    """The same looks in the terminal's own colours."""
    return {role: _with_few(role, look) for role, look in looks.items()}


def _with_few(role: Role, look: Style) -> Style:
    fg, bg = _nearest(look.fg), _nearest(look.bg)
    is_grey = look.fg is not None and fg is None
    return replace(look, fg=fg, bg=bg, dim=look.dim or (is_grey and role in _BEHIND))


def _nearest(color: Color | None) -> Color | None:
    if color is None or (isinstance(color, int) and color < ANSI):
        return color
    red, green, blue = rgb_of(color)
    hue, _, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value == 0 or (max(red, green, blue) - min(red, green, blue)) / max(red, green, blue) < _LEAST_SATURATION:
        return None
    return _WHEEL[round(hue * len(_WHEEL)) % len(_WHEEL)]


def rgb_of(color: Color) -> tuple[int, int, int]:
    """Red, green and blue of a colour beyond the terminal's sixteen."""
    if isinstance(color, tuple):
        return color
    if color >= 232:
        grey = 8 + 10 * (color - 232)
        return (grey, grey, grey)
    red, rest = divmod(color - ANSI, 36)
    green, blue = divmod(rest, 6)
    return (STEPS[red], STEPS[green], STEPS[blue])
