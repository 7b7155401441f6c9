"""The program and its terminal: stopping, drawing anew, the editor, the clipboard, files and history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from octavo.errors import OctavoError
from octavo.frontends.terminal.composer.completion import FileMatch
from octavo.frontends.terminal.effects.composer import EditDraft, FindHistory, PasteImage, SearchFiles
from octavo.frontends.terminal.effects.screen import PageText, Redraw, Suspend
from octavo.frontends.terminal.interface import Interface
from octavo.frontends.terminal.loop import can_suspend


def suspend(here: Interface, _: Suspend) -> None:
    """Stop, where a shell can bring us back."""
    if can_suspend():
        here.loop.suspend()
        here.app.views.appear(time.monotonic())
    else:
        here.info("There is no shell to go back to.", "ctrl + c leaves")


def redraw(here: Interface, _: Redraw) -> None:
    """Write all live rows anew."""
    here.screen.spoil()


def edit_draft(here: Interface, effect: EditDraft) -> None:
    """Let the user's own editor have the draft."""
    from octavo.frontends.terminal.text_editor import edit, editor_command

    config, text = here.config, None
    try:
        command = editor_command(config.environ)
        with here.loop.lent() as terminal:
            text = edit(effect.text, command, config.environ, config.cwd, terminal)
    except OctavoError as error:
        here.error(str(error))
    here.run_effects(here.app.composer.edited(text))


def page_text(here: Interface, effect: PageText) -> None:
    """Let the user's own pager have it, once the frame that asked for it is drawn."""

    def page() -> None:
        from octavo.frontends.terminal.text_editor import page

        try:
            with here.loop.lent() as terminal:
                page(effect.text, here.config.environ, here.config.cwd, terminal)
        except OctavoError as error:
            here.error(str(error))

    asyncio.get_running_loop().call_soon(page)


def paste_image(here: Interface, _: PasteImage) -> None:
    """Look for a picture on the clipboard."""

    async def look() -> None:
        from octavo.frontends.terminal.clipboard import clipboard_image

        path = await clipboard_image(here.config.environ, here.config.cwd)
        here.run_effects(here.app.composer.clipboard_image(path))

    here.start(look())


def find_history(here: Interface, effect: FindHistory) -> None:
    """Look for an earlier message."""

    async def look() -> None:
        from octavo.rollout.message_history import find_message

        home = here.config.codex_home
        found = await asyncio.to_thread(find_message, home, effect.part, effect.below, effect.log_id)
        offset, text = (found[0], found[1].text) if found else (0, None)
        here.app.composer.history_found(effect.part, offset, text)
        here.loop.changed()

    here.start(look())


def search_files(here: Interface, effect: SearchFiles) -> None:
    """Look for files."""
    if here.finder is None:
        from octavo.frontends.terminal.file_search import FileSearches
        from octavo.sandbox.unreadable import closed_in_searches
        from octavo.search.kept_folders import folder_cache

        def found(query: str, files: Sequence[FileMatch], word: str) -> None:
            here.record("file_search_result", query=query, matches=len(files))
            here.app.composer.files_found(query, files, word)
            here.loop.changed()

        here.finder = FileSearches(
            here.config.cwd,
            here.config.environ,
            found,
            closed_in_searches(here.config),
            folder_cache(here.config.codex_home),
        )
    here.record("file_search_start", query=effect.query)
    here.finder.search(effect.query)
