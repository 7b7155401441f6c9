"""The theme that a configuration asks for, and all that there are to choose from."""

from __future__ import annotations

from octavo.config.schema import Tui
from octavo.frontends.terminal.themes.theme import TERMINAL, Theme

Chosen = tuple[Theme, tuple[str, ...]]
"""A theme, and what has to be said about it, a line each."""


def chosen_theme(tui: Tui) -> Chosen:
    """The theme of the configuration; the terminal's own where none is asked for, or one that is not there."""
    if tui.theme is None:
        return TERMINAL, ()
    return theme_of(tui.theme, tui)


def theme_of(name: str, tui: Tui) -> Chosen:
    """The theme of this name; the user's own go before those that come along."""
    from octavo.frontends.terminal.themes.built_in import BUILT_IN, built_in
    from octavo.frontends.terminal.themes.values import own_theme

    bases = {theme.name: theme for theme in BUILT_IN}
    if name in tui.themes:
        return own_theme(name, tui.themes[name], bases)
    found = built_in(name)
    if found is not None:
        return found, ()
    there_are = ", ".join([*tui.themes, *bases])
    return TERMINAL, (f"There is no theme `{name}`: the colours of the terminal are used. There are {there_are}.",)


def themes(tui: Tui) -> list[Theme]:
    """The user's own, by name, then those that come along."""
    from octavo.frontends.terminal.themes.built_in import BUILT_IN

    own = [theme_of(name, tui)[0] for name in sorted(tui.themes)]
    return [*own, *(theme for theme in BUILT_IN if theme.name not in tui.themes)]
