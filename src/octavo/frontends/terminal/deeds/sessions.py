"""Which session is on the screen."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal import effects as wish
from octavo.frontends.terminal.interface import Interface


def new_session(here: Interface, _: wish.NewSession) -> None:
    """Begin a fresh session with the settings of now."""
    here.record("new_session")
    here.open_session(here.runtime.open(here.config))


def backtrack(here: Interface, effect: wish.Backtrack) -> None:
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
