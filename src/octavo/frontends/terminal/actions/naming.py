"""The name that the user gives a session, read and written beside the loop (`docs/rollouts.md`)."""

from __future__ import annotations

from octavo.engine.in_thread import in_thread
from octavo.errors import OctavoError
from octavo.frontends.terminal.text.clean import one_line
from octavo.rollout.thread_names import name_thread, thread_name

_SECONDS = 2.0


class CannotRename(OctavoError):
    """The name was not kept; the text says why."""


async def saved_name(codex_home: str, session_id: str) -> str:
    """How the session is called; empty without a name, and where the file does not answer."""
    try:
        return one_line(await in_thread(lambda: thread_name(codex_home, session_id) or "", _SECONDS))
    except TimeoutError:
        return ""


async def save_name(codex_home: str, session_id: str, name: str) -> None:
    """Call it so from now on. Raises `CannotRename`."""
    try:
        await in_thread(lambda: name_thread(codex_home, session_id, name), _SECONDS)
    except TimeoutError:
        raise CannotRename("the file with the names does not answer") from None
    except OctavoError as error:
        raise CannotRename(str(error)) from None
