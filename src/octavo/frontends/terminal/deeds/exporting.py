"""The conversation as a file or on the clipboard."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.effects.sessions import CopySession, ExportSession
from octavo.frontends.terminal.effects.shows import CopyText
from octavo.frontends.terminal.interface import Interface

_SECONDS = 600.0
"""A mount that does not answer ends it."""


def export_session(here: Interface, effect: ExportSession) -> None:
    """Write it, or ask whether what is there may be overwritten."""
    from octavo.engine.in_thread import in_thread
    from octavo.frontends.terminal.actions.exporting import AlreadyThere, export_path
    from octavo.frontends.terminal.actions.exporting import export_session as write
    from octavo.frontends.terminal.text.directory import with_tilde

    home, rollout = here.config.environ.get("HOME"), here.rollout_path
    target = export_path(effect.file, here.config.cwd, home)
    shown = with_tilde(target, home)

    async def export() -> None:
        from octavo.frontends.terminal.views.export_picker import overwrite_question

        try:
            await in_thread(lambda: write(rollout, target, overwrites=effect.overwrites), _SECONDS)
        except AlreadyThere:
            here.run_effects((OpenView(overwrite_question(effect, shown)),))
        except (OctavoError, TimeoutError) as error:
            here.error(f"{shown} was not written: {error or 'it does not answer'}")
        else:
            here.info(f"The conversation is in {shown}.", "Readable by you alone")

    here.start(export())


def copy_session(here: Interface, _: CopySession) -> None:
    """Put it on the clipboard."""
    from octavo.engine.in_thread import in_thread
    from octavo.frontends.terminal.actions.exporting import session_text

    rollout = here.rollout_path

    async def copy() -> None:
        try:
            text = await in_thread(lambda: session_text(rollout), _SECONDS)
        except (OctavoError, TimeoutError) as error:
            here.error(f"The conversation cannot be read: {error or 'the file does not answer'}")
            return
        here.run_effects((CopyText(text, "the conversation"),))

    here.start(copy())
