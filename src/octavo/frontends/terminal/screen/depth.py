"""How many colours the terminal has, as its environment tells (`docs/terminal.md`, "Colours")."""

from __future__ import annotations

from collections.abc import Mapping

NONE, ANSI, PALETTE, TRUE = 0, 16, 256, 1 << 24
STEPS = (0, 95, 135, 175, 215, 255)
"""How bright each of red, green and blue can be among the 256."""


def color_depth(environ: Mapping[str, str]) -> int:
    """The number of colours; 0 under `NO_COLOR`, where bold, dim and the like remain."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term == "dumb":
        return NONE
    if environ.get("COLORTERM", "") in ("truecolor", "24bit") and not term.startswith("screen"):
        return TRUE
    return PALETTE if "256color" in term else ANSI


def palette_index(red: int, green: int, blue: int) -> int:
    """The colour of 16 to 255 that looks most like this one: the cube of six steps, or a grey."""
    near = [_nearest_step(part) for part in (red, green, blue)]
    cube = (16 + 36 * near[0] + 6 * near[1] + near[2], *(STEPS[step] for step in near))
    grey_step = min(max((red + green + blue) // 3 - 3, 0) // 10, 23)
    grey = (232 + grey_step, *(3 * (8 + 10 * grey_step,)))
    return min((cube, grey), key=lambda color: _distance((red, green, blue), color[1:]))[0]


def _nearest_step(part: int) -> int:
    distances = [abs(step - part) for step in STEPS]
    return distances.index(min(distances))


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """How different two colours look: red and blue count by how red they are together."""
    mean = (one[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue
