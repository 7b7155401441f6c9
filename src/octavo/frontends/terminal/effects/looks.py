"""How the screen looks: its theme, the status line and the window's title."""

from __future__ import annotations

import msgspec


class ListThemes(msgspec.Struct, frozen=True):
    """Open the list of themes."""


class TryTheme(msgspec.Struct, frozen=True):
    """Let the screen look like the theme of this name, for now."""

    name: str


class ChooseTheme(msgspec.Struct, frozen=True):
    """Use this theme from now on, and save the choice."""

    name: str


class ListStatusItems(msgspec.Struct, frozen=True):
    """Open the list of what may stand in the status line."""


class ChooseStatusLine(msgspec.Struct, frozen=True):
    """Let these items stand in the status line, and save the choice."""

    items: tuple[str, ...]


class ListTitleItems(msgspec.Struct, frozen=True):
    """Open the list of what may stand in the window's title."""


class ChooseTitle(msgspec.Struct, frozen=True):
    """Let these items stand in the window's title, and save the choice."""

    items: tuple[str, ...]
