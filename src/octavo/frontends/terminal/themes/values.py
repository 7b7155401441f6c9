"""What stands in `[tui.themes.NAME]`: looks as a user writes them, and the theme that they make.

A fault costs the look that it is in and nothing else; each is told in one line (`docs/terminal.md`, "Themes").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from msgspec.structs import replace

from octavo.errors import OctavoError
from octavo.frontends.terminal.text.styled import PLAIN, Color, Role, Style
from octavo.frontends.terminal.themes.theme import TERMINAL, Fill, Theme

ROLES: tuple[Role, ...] = get_args(Role)
"""All of them, in the order of the documentation."""

FOLLOWS: Mapping[Role, Role] = {
    "user": "text",
    "agent": "text",
    "heading": "agent",
    "quote": "agent",
    "marker": "accent",
    "link": "accent",
    "selected": "accent",
    "command": "accent",
    "failed": "error",
    "added": "success",
    "removed": "error",
    "keyword": "code",
    "string": "code",
    "comment": "code",
    "number": "code",
    "operator": "code",
}
"""Whose look a role has that a user's theme leaves out, where the theme has that one."""

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ATTRIBUTES = {
    "bold": "bold",
    "dim": "dim",
    "italic": "italic",
    "underline": "underline",
    "reverse": "reverse",
    "strike": "crossed",
}
_COLOR_FORMS = "a name (red, bright-red, …, default), #rrggbb or a number from 0 to 255"


class BadLook(OctavoError):
    """A look that is none."""


def read_look(value: object) -> Style:
    """A colour, attributes, or both: `"cyan"`, `"bold #ff8700"`, `244`. Raises `BadLook`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadLook(f"a look is {_COLOR_FORMS}, with or without {', '.join(_ATTRIBUTES)}")
    look, has_color = PLAIN, False
    for word in str(value).lower().split():
        if word in _ATTRIBUTES:
            look = replace(look, **{_ATTRIBUTES[word]: True})
        elif has_color:
            raise BadLook(f"`{word}` is one colour too many, or no attribute ({', '.join(_ATTRIBUTES)})")
        else:
            look, has_color = replace(look, fg=read_color(word)), True
    return look


def read_color(word: str) -> Color | None:
    """One colour; None is the terminal's own. Raises `BadLook`."""
    name = word.removeprefix("bright-")
    if word == "default":
        return None
    if name in NAMES:
        return NAMES.index(name) + (8 if name != word else 0)
    if word in ("gray", "grey"):
        return 8
    if word.isascii() and word.isdigit() and int(word) < 256:
        return int(word)
    if re.fullmatch("#[0-9a-f]{6}", word):
        return (int(word[1:3], 16), int(word[3:5], 16), int(word[5:7], 16))
    raise BadLook(f"`{word}` is no colour: that is {_COLOR_FORMS}")


def own_theme(name: str, entries: Mapping[str, object], bases: Mapping[str, Theme]) -> tuple[Theme, tuple[str, ...]]:
    """The theme of a user's table, and a line for each fault in it."""
    table, faults = f"[tui.themes.{name}]", []
    base = bases.get(str(entries.get("base", TERMINAL.name)))
    if base is None:
        faults.append(f"{table} base: there is no theme `{entries['base']}`; there are {', '.join(bases)}.")
        base = TERMINAL
    looks: dict[Role, Style] = {}
    fill = base.fill
    for key, value in entries.items():
        try:
            if key == "fill":
                fill = _fill(value)
            elif key in ROLES:
                looks[key] = read_look(value)
            elif key != "base":
                faults.append(f"{table} {key}: there is no such role; there are {', '.join(ROLES)}, fill and base.")
        except BadLook as error:
            faults.append(f"{table} {key}: {error}. The look of `{base.name}` is used.")
    whole = {role: look for role in ROLES if (look := _followed(role, looks) or base.looks.get(role)) is not None}
    return Theme(name, whole, fill, base.background, "your own"), tuple(faults)


def _followed(role: Role, looks: Mapping[Role, Style]) -> Style | None:
    """The look that the table has for the role, or for one that it follows."""
    followed: Role | None = role
    while followed is not None and followed not in looks:
        followed = FOLLOWS.get(followed)
    return looks[followed] if followed is not None else None


def _fill(value: object) -> Fill:
    if value in ("auto", "none"):
        return "auto" if value == "auto" else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadLook(f"it is auto, none, {_COLOR_FORMS}")
    return read_color(str(value).lower())
