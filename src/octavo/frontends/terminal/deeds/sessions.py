"""Which session is on the screen."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.sessions import Backtrack, ForkSession, NewSession, RenameSession
from octavo.frontends.terminal.interface import Interface


def new_session(here: Interface, effect: NewSession) -> None:
    """Begin a fresh session with the settings of now."""
    here.record("new_session")
    if effect.clears and here.app.talk is not None:
        from octavo.frontends.terminal.cells.cleared import ClearedCell

        here.app.talk.show(ClearedCell())
    here.open_session(here.runtime.open(here.config))


def backtrack(here: Interface, effect: Backtrack) -> None:
    """Go on in a copy of the session that ends before one of its messages."""
    from octavo.frontends.terminal.actions.backtrack import fork_position

    if here.app.composer.busy:
        here.error("A session cannot be taken back while a turn runs.")
        return
    try:
        place = fork_position(here.rollout_path, effect.messages, effect.selected)
    except OctavoError as error:
        here.error(f"The saved session cannot be read: {error}")
        return
    if place is None:
        here.error("This message is not in the saved session any more.")
        return
    here.open_session(here.runtime.fork(here.rollout_path, place, here.config))
    here.edit_when_open(effect.messages[effect.selected])


def fork_session(here: Interface, _: ForkSession) -> None:
    """Go on in a copy of all of it."""
    talk = here.app.talk
    if talk is None or here.app.composer.busy:
        here.error("A session cannot be copied while a turn runs.")
        return
    before = talk.chat.session_id
    here.record("new_session")
    here.open_session(here.runtime.fork(here.rollout_path, None, here.config))
    here.info("You go on in a copy.", f"The session before: octavo resume {before}")


def rename_session(here: Interface, effect: RenameSession) -> None:
    """Give the session a name."""
    from octavo.frontends.terminal.text.clean import one_line

    name, talk = one_line(effect.name), here.app.talk
    session_id = talk.chat.session_id if talk is not None else ""
    if not session_id or not name:
        here.error("The session has not begun yet." if name else "A name needs a character that can be seen.")
        return

    async def rename() -> None:
        from octavo.frontends.terminal.actions.naming import save_name

        try:
            await save_name(here.config.codex_home, session_id, name)
        except OctavoError as error:
            here.error(f"The session could not be renamed: {error}")
            return
        if talk is not None and talk.chat.session_id == session_id:
            talk.chat.name = name
            here.looks.refresh()
        here.info(f"This session is called {name}.", f'octavo resume "{name}" goes on with it')

    here.start(rename())
