"""What the interface looks like: themes."""

from __future__ import annotations

from msgspec.structs import replace

from octavo.errors import OctavoError
from octavo.frontends.terminal import effects as wish
from octavo.frontends.terminal.interface import Interface


def list_themes(here: Interface, _: wish.ListThemes) -> None:
    """Open the list of themes."""
    from octavo.frontends.terminal.themes.choose import chosen_theme, themes
    from octavo.frontends.terminal.views.theme_picker import theme_picker

    tui = here.config.tui
    picker = theme_picker(themes(tui), chosen_theme(tui)[0].name, has_colors=here.screen.depth > 0)
    here.run_effects((wish.OpenView(picker),))


def try_theme(here: Interface, effect: wish.TryTheme) -> None:
    """Let the screen look like it."""
    from octavo.frontends.terminal.themes.choose import theme_of

    here.wear(theme_of(effect.name, here.config.tui)[0])


def choose_theme(here: Interface, effect: wish.ChooseTheme) -> None:
    """Let the screen look like it, and save that."""
    from octavo.config.edit import save_theme
    from octavo.frontends.terminal.themes.choose import theme_of

    theme, faults = theme_of(effect.name, here.config.tui)
    here.wear(theme)
    here.set_config(tui=replace(here.config.tui, theme=effect.name))
    for fault in faults:
        here.warn(fault)
    try:
        save_theme(here.config.codex_home, effect.name)
    except OctavoError as error:
        here.error(f"The theme holds for this session, but could not be saved: {error}")
        return
    here.info(f"Theme changed to {effect.name}", "what is printed already keeps its colours; /redraw prints it again")
