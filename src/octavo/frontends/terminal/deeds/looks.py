"""What the interface looks like: themes, the status line, and the title."""

from __future__ import annotations

import time

from msgspec.structs import replace

from octavo.frontends.terminal.effects.looks import (
    ChooseStatusLine,
    ChooseTheme,
    ChooseTitle,
    ListStatusItems,
    ListThemes,
    ListTitleItems,
    TryTheme,
)
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.interface import Interface


def list_themes(here: Interface, _: ListThemes) -> None:
    """Open the list of themes."""
    from octavo.frontends.terminal.themes.choose import chosen_theme, themes
    from octavo.frontends.terminal.views.theme_picker import theme_picker

    tui = here.config.tui
    picker = theme_picker(themes(tui), chosen_theme(tui)[0].name, has_colors=here.screen.depth > 0)
    here.run_effects((OpenView(picker),))


def try_theme(here: Interface, effect: TryTheme) -> None:
    """Let the screen look like it."""
    from octavo.frontends.terminal.themes.choose import theme_of

    here.looks.wear(theme_of(effect.name, here.config.tui)[0])


def choose_theme(here: Interface, effect: ChooseTheme) -> None:
    """Let the screen look like it, and save that."""
    from octavo.config.edit import save_theme
    from octavo.frontends.terminal.themes.choose import theme_of

    theme, faults = theme_of(effect.name, here.config.tui)
    here.looks.wear(theme)
    here.set_config(tui=replace(here.config.tui, theme=effect.name))
    for fault in faults:
        here.warn(fault)
    if not here.save(lambda: save_theme(here.config.codex_home, effect.name), "theme"):
        return
    here.info(f"Theme changed to {effect.name}.", "What is printed already keeps its colours; /redraw prints it again")


def list_status_items(here: Interface, _: ListStatusItems) -> None:
    """Open the list of what may stand in the status line."""
    from octavo.frontends.terminal.session_items import ITEMS, known_items
    from octavo.frontends.terminal.status_line import StatusLine
    from octavo.frontends.terminal.views.item_picker import ItemPicker

    if not here.looks.has_footer:
        here.info("There is no status line in plain lines.", "/status tells the same")
        return

    def preview(items: tuple[str, ...]) -> str:
        talk = here.app.talk
        if talk is None or not items:
            return ""
        example = StatusLine(items, lambda: here.config)
        example.look()
        known = example.known(talk.chat, is_open=talk.is_open, is_asked=False, now=time.monotonic())
        return example.row(known, here.screen.columns).text.strip()

    meanings = {name: item.meaning for name, item in ITEMS.items()}
    chosen = known_items(here.config.tui.status_line)
    here.run_effects((OpenView(ItemPicker("Status line", meanings, chosen, preview, ChooseStatusLine)),))


def choose_status_line(here: Interface, effect: ChooseStatusLine) -> None:
    """Let the status line be so from now on, and save that."""
    from octavo.config.edit import save_status_line
    from octavo.frontends.terminal.session_items import ELSEWHERE

    items = (*effect.items, *(name for name in here.config.tui.status_line if name in ELSEWHERE))
    here.set_config(tui=replace(here.config.tui, status_line=items))
    here.looks.set_status_line()
    if not here.save(lambda: save_status_line(here.config.codex_home, items)):
        return
    here.info(f"In the status line: {', '.join(effect.items)}" if effect.items else "There is no status line.")


def list_title_items(here: Interface, _: ListTitleItems) -> None:
    """Open the list of what may stand in the title."""
    from octavo.frontends.terminal.title import ITEMS, Title, known_items
    from octavo.frontends.terminal.views.item_picker import ItemPicker

    if here.config.tui.quiet:
        here.info("There is no title with `quiet = true` in [tui].", "Take it out of config.toml first")
        return

    def preview(items: tuple[str, ...]) -> str:
        title = Title(items, lambda: here.config)
        talk = here.app.talk
        if talk is None:
            return ""
        title.look()
        return title.text(talk.chat, is_open=talk.is_open, is_asked=False, now=time.monotonic())

    meanings = {name: item.meaning for name, item in ITEMS.items()}
    chosen = known_items(here.config.tui.terminal_title)
    here.run_effects((OpenView(ItemPicker("Title", meanings, chosen, preview, ChooseTitle)),))


def choose_title(here: Interface, effect: ChooseTitle) -> None:
    """Let the title be so from now on, and save that."""
    from octavo.config.edit import save_title

    here.set_config(tui=replace(here.config.tui, terminal_title=effect.items))
    here.looks.set_title(effect.items)
    if not effect.items:
        here.screen.leave_title()
    if not here.save(lambda: save_title(here.config.codex_home, effect.items)):
        return
    here.info(f"In the title: {', '.join(effect.items)}" if effect.items else "The title is left alone.")
