"""Finds the one session to go on with: by its id, or the newest (`docs/rollouts.md`)."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from octavo.protocol.ids import InvalidConversationId, parse_conversation_id
from octavo.protocol.source import SubAgentSource
from octavo.rollout.files import archived_files, sessions_folder
from octavo.rollout.listing import SessionSummary, scan_sessions
from octavo.rollout.thread_names import thread_names

_DAY = 86_400


def find_session(codex_home: str, conversation_id: str) -> str | None:
    """The file of the session with this id, in any spelling of the id; archived ones are not looked at.

    None when no file has it, or when the text is no id.
    """
    try:
        wanted = parse_conversation_id(conversation_id)
    except InvalidConversationId:
        return None
    top = sessions_folder(codex_home)
    for folder in _likely_folders(top, wanted):
        if path := _file_in(folder, wanted):
            return path
    for folder, _, names in os.walk(top):
        if path := _first_with(folder, names, wanted):
            return path
    return None


def find_archived(codex_home: str, conversation_id: str) -> str | None:
    """The same among archived sessions."""
    try:
        wanted = parse_conversation_id(conversation_id)
        return next((file.path for file in archived_files(codex_home) if file.id == wanted), None)
    except (InvalidConversationId, OSError):
        return None


def newest_session(codex_home: str, provider: str, sources: Collection[str] = ()) -> str | None:
    """The file of the newest session of this provider that has a message of the user, by the time in its name.

    Those of reviewers and of agents that were handed a task do not count. Raises `RolloutReadError`.
    """
    return next((session.path for session in _of_users(codex_home, provider, sources)), None)


def newest_sessions(
    codex_home: str, provider: str, folder: str | None
) -> tuple[SessionSummary | None, SessionSummary | None]:
    """The newest session of this provider that began in `folder`, and the newest of all, as above.

    Without a folder, or once one of it is found, older ones are not looked at. Raises `RolloutReadError`.
    """
    newest = None
    for session in _of_users(codex_home, provider):
        newest = newest or session
        if folder is None:
            break
        if os.path.realpath(session.meta.cwd) == folder:
            return session, newest
    return None, newest


def _of_users(codex_home: str, provider: str, sources: Collection[str] = ()) -> Iterator[SessionSummary]:
    """Sessions that a user had, the newest first: none that another conversation started."""
    for session in scan_sessions(codex_home, sources, (provider,), provider):
        if session is not None and not isinstance(session.meta.source, SubAgentSource):
            yield session


def find_named(codex_home: str, name: str, *, archived: bool = False) -> str | None:
    """The file of the session that the user called so; of several the youngest, archived ones only if they count."""
    places = (find_session, find_archived) if archived else (find_session,)
    wanted = _called(codex_home, name)
    return next((path for find in places for one in wanted if (path := find(codex_home, one)) is not None), None)


def id_of_named(codex_home: str, name: str) -> str | None:
    """The id of the session that `find_named` finds."""
    return next((one for one in _called(codex_home, name) if find_session(codex_home, one) is not None), None)


def _called(codex_home: str, name: str) -> list[str]:
    """The ids of all sessions of this name, the youngest first."""
    return sorted((one for one, called in thread_names(codex_home).items() if called == name), reverse=True)


def _likely_folders(top: str, conversation_id: str) -> list[str]:
    """An id of version 7 tells when it was made; the day's folder depends on the zone, so its neighbours count too."""
    import time

    digits = conversation_id.replace("-", "")
    if digits[12] != "7":
        return []
    made = int(digits[:12], 16) // 1000
    try:
        days = [time.gmtime(made + offset) for offset in (0, _DAY, -_DAY)]
    except (OverflowError, OSError, ValueError):
        return []
    return [os.path.join(top, f"{day.tm_year}", f"{day.tm_mon:02}", f"{day.tm_mday:02}") for day in days]


def _file_in(folder: str, conversation_id: str) -> str | None:
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    return _first_with(folder, names, conversation_id)


def _first_with(folder: str, names: list[str], conversation_id: str) -> str | None:
    bare = conversation_id.replace("-", "")
    for name in names:
        if name.endswith(".jsonl") and (conversation_id in name.lower() or bare in name.lower()):
            return os.path.join(folder, name)
    return None
