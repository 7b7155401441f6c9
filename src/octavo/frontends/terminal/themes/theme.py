"""How each role looks, and what a theme makes of a style (`docs/terminal.md`, "Themes").

`TERMINAL` is what is used unless another one is chosen: the terminal's own palette. `COLORLESS` takes its place where
there are no colours at all. Both are all that a start without a chosen theme needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.screen.depth import ANSI, NONE
from octavo.frontends.terminal.text.styled import (
    CYAN,
    GREEN,
    LIGHT_BLUE,
    MAGENTA,
    PLAIN,
    RED,
    YELLOW,
    Color,
    Role,
    Style,
)

Fill = Color | Literal["auto"] | None
"""What is behind the user's messages: a colour, a shade of the terminal's own background, or nothing."""

Background = Literal["any", "dark", "light"]


class Theme(msgspec.Struct, frozen=True):
    """One theme. A role that is not among its `looks` has none; no look has roles itself.

    `background` says on which terminals it can be read.
    """

    name: str
    looks: Mapping[Role, Style]
    fill: Fill = None
    background: Background = "any"
    about: str = ""

    def look(self, style: Style) -> Style:
        """The style with all that its roles add, and with the theme's colour of text where it has none."""
        found = replace(style, roles=())
        for role in style.roles:
            found = found.over(self.looks.get(role, PLAIN))
        return found.over(self.looks.get("text", PLAIN))

    @property
    def reads_code(self) -> bool:
        """Whether it tells the words of code apart."""
        return any(role in self.looks for role in ("keyword", "string", "comment", "number", "operator"))

    @property
    def has_colors(self) -> bool:
        """Whether it colours anything."""
        return any(look.fg is not None or look.bg is not None for look in self.looks.values())


_COLORS: Mapping[Role, Style] = {
    "dim": Style(dim=True),
    "accent": Style(fg=CYAN),
    "quote": Style(fg=GREEN),
    "marker": Style(fg=LIGHT_BLUE),
    "link": Style(fg=CYAN),
    "selected": Style(fg=CYAN),
    "command": Style(fg=MAGENTA),
    "success": Style(fg=GREEN),
    "error": Style(fg=RED),
    "failed": Style(fg=MAGENTA),
    "warning": Style(fg=YELLOW),
    "added": Style(fg=GREEN),
    "removed": Style(fg=RED),
}
_NO_COLORS: Mapping[Role, Style] = {"dim": Style(dim=True), "selected": Style(reverse=True)}

TERMINAL = Theme("terminal", _COLORS, "auto", about="the colours of your terminal")
COLORLESS = Theme("monochrome", _NO_COLORS, about="no colours; bold, dim and reversed text alone")


def fitted(theme: Theme, depth: int) -> Theme:
    """The theme for a terminal of so many colours: of few, nothing is filled; without any, all themes are one."""
    if depth == NONE:
        return COLORLESS
    if depth > ANSI or theme in (TERMINAL, COLORLESS):
        return theme
    from octavo.frontends.terminal.themes.few_colors import with_few_colors

    return replace(theme, looks=with_few_colors(theme.looks), fill=None)
