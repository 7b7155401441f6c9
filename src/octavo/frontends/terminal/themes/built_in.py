"""The themes that come along (`docs/terminal.md`, "Themes").

Their contrast is tested: on black and dark grey for those of dark terminals, on white and paper for those of light
ones, on black and on white for `balanced`. Most colours stand in the palette of 256, so that these terminals show
just the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from octavo.frontends.terminal.text.styled import Role
from octavo.frontends.terminal.themes.theme import COLORLESS, TERMINAL, Background, Theme
from octavo.frontends.terminal.themes.values import read_look


def _theme(name: str, background: Background, about: str, looks: Mapping[Role, str]) -> Theme:
    return Theme(name, {role: read_look(value) for role, value in looks.items()}, None, background, about)


_DARK: Mapping[Role, str] = {
    "dim": "#9e9e9e",
    "accent": "#5fd7ff",
    "user": "#ffd7af",
    "heading": "#ffd787",
    "quote": "#87d7af",
    "marker": "#87afff",
    "link": "#87d7ff",
    "selected": "#5fd7ff",
    "command": "#d7afff",
    "success": "#5fd787",
    "error": "#ff8787",
    "failed": "#ff8787",
    "warning": "#ffd75f",
    "added": "#5fd787",
    "removed": "#ff8787",
    "code": "#d7d7af",
    "keyword": "#d7afff",
    "string": "#afd787",
    "comment": "#9e9e9e",
    "number": "#87d7ff",
    "operator": "#bcbcbc",
}
_LIGHT: Mapping[Role, str] = {
    "dim": "#626262",
    "accent": "#005faf",
    "user": "#5f00af",
    "heading": "#875f00",
    "quote": "#005f5f",
    "marker": "#0000d7",
    "link": "#005faf",
    "selected": "#005faf",
    "command": "#8700af",
    "success": "#005f00",
    "error": "#af0000",
    "failed": "#af0000",
    "warning": "#875f00",
    "added": "#005f00",
    "removed": "#af0000",
    "code": "#5f5f00",
    "keyword": "#8700af",
    "string": "#005f00",
    "comment": "#626262",
    "number": "#005faf",
    "operator": "#585858",
}
_STRONG_DARK: Mapping[Role, str] = {
    "text": "#ffffff",
    "dim": "#d0d0d0",
    "accent": "#00ffff",
    "user": "#ffff87",
    "quote": "#afffaf",
    "marker": "#afd7ff",
    "link": "#87ffff",
    "selected": "#00ffff bold",
    "command": "#ffafff",
    "success": "#5fff5f",
    "error": "#ffafaf bold",
    "failed": "#ffafaf bold",
    "warning": "#ffff00 bold",
    "added": "#5fff5f",
    "removed": "#ffafaf",
    "code": "#ffffaf",
    "keyword": "#ffafff",
    "string": "#afffaf",
    "comment": "#d0d0d0",
    "number": "#87ffff",
    "operator": "#e4e4e4",
}
_STRONG_LIGHT: Mapping[Role, str] = {
    "text": "#000000",
    "dim": "#444444",
    "accent": "#0000af",
    "user": "#5f0087",
    "quote": "#00005f",
    "marker": "#0000af",
    "link": "#0000af",
    "selected": "#0000af bold",
    "command": "#5f0087",
    "success": "#005f00",
    "error": "#870000 bold",
    "failed": "#870000 bold",
    "warning": "#5f005f bold",
    "added": "#005f00",
    "removed": "#870000",
    "code": "#303030",
    "keyword": "#5f0087",
    "string": "#005f00",
    "comment": "#444444",
    "number": "#0000af",
    "operator": "#303030",
}
_BALANCED: Mapping[Role, str] = {
    "accent": "#00809e",
    "quote": "#008844",
    "marker": "#3a77c2",
    "link": "#00809e",
    "selected": "#00809e",
    "command": "#9c5bb8",
    "success": "#008900",
    "error": "#cd4747",
    "failed": "#cd4747",
    "warning": "#957000",
    "added": "#008900",
    "removed": "#cd4747",
    "dim": "#757575",
    "code": "#7a7a00",
    "keyword": "#9c5bb8",
    "string": "#008900",
    "comment": "#757575",
    "number": "#00809e",
    "operator": "#757575",
}
_APART_DARK: Mapping[Role, str] = {
    **_DARK,
    "success": "#5fafff",
    "error": "#ffaf5f",
    "failed": "#ffaf5f",
    "warning": "#ffff87",
    "added": "#5fafff",
    "removed": "#ffaf5f",
    "quote": "#87d7ff",
    "string": "#87d7ff",
    "command": "#ffd7ff",
    "keyword": "#ffd7ff",
    "number": "#ffffaf",
}
_APART_LIGHT: Mapping[Role, str] = {
    **_LIGHT,
    "success": "#005faf",
    "error": "#875f00",
    "failed": "#875f00",
    "warning": "#5f5f00",
    "added": "#005faf",
    "removed": "#875f00",
    "quote": "#005f87",
    "string": "#005f87",
    "number": "#5f5f00",
    "accent": "#00005f",
    "selected": "#00005f",
    "marker": "#00005f",
    "link": "#00005f",
}

BUILT_IN: tuple[Theme, ...] = (
    TERMINAL,
    Theme("ansi", TERMINAL.looks, None, about="the same, and no background anywhere"),
    _theme("dark", "dark", "for dark backgrounds", _DARK),
    _theme("light", "light", "for light backgrounds", _LIGHT),
    _theme("balanced", "any", "can be read on black and on white", _BALANCED),
    _theme("high-contrast-dark", "dark", "strong colours for dark backgrounds", _STRONG_DARK),
    _theme("high-contrast-light", "light", "strong colours for light backgrounds", _STRONG_LIGHT),
    _theme("color-blind-dark", "dark", "blue and orange in place of green and red", _APART_DARK),
    _theme("color-blind-light", "light", "the same for light backgrounds", _APART_LIGHT),
    COLORLESS,
)
"""In the order of the list of `/theme`; the first one is used unless another is chosen."""

_ELSEWHERE_LIGHT = frozenset(
    {
        "base16-ocean-light",
        "catppuccin-latte",
        "coldark-cold",
        "github",
        "gruvbox-light",
        "inspired-github",
        "monokai-extended-light",
        "one-half-light",
        "solarized-light",
    }
)
_ELSEWHERE_DARK = frozenset(
    {
        "1337",
        "base16",
        "base16-256",
        "base16-eighties-dark",
        "base16-mocha-dark",
        "base16-ocean-dark",
        "catppuccin-frappe",
        "catppuccin-macchiato",
        "catppuccin-mocha",
        "coldark-dark",
        "dark-neon",
        "dracula",
        "gruvbox-dark",
        "monokai-extended",
        "monokai-extended-bright",
        "monokai-extended-origin",
        "nord",
        "one-half-dark",
        "solarized-dark",
        "sublime-snazzy",
        "two-dark",
        "zenburn",
    }
)
_ELSEWHERE_PLAIN = frozenset({"ada", "babbage", "curie", "cushman", "dali", "davinci"})


def built_in(name: str) -> Theme | None:
    """The theme of this name. Names of later releases, which colour code alone there, stand for `dark` or `light`."""
    if name in _ELSEWHERE_PLAIN:
        return TERMINAL
    name = "light" if name in _ELSEWHERE_LIGHT else "dark" if name in _ELSEWHERE_DARK else name
    return next((theme for theme in BUILT_IN if theme.name == name), None)
