"""Which saved session a word of the command line means (`docs/sessions.md`)."""

from __future__ import annotations

import os

from octavo.errors import OctavoError
from octavo.protocol.ids import InvalidConversationId, parse_conversation_id
from octavo.rollout.files import archive_folder, parse_file_name, session_files
from octavo.rollout.find import find_named, find_session

_SHORTEST_BEGINNING = 4
_MOST_NAMED = 5


class NoSuchSession(OctavoError):
    """The word means no saved session, or several."""


def chosen_session(codex_home: str, word: str, *, archived: bool) -> str:
    """The file of the session: by its path, its name, its id, or the beginning of its id. Raises `NoSuchSession`.

    `archived` says whether archived sessions count as well; others come first.
    """
    if os.sep in word or word.endswith(".jsonl"):
        if os.path.isfile(word):
            return word
        raise NoSuchSession(f"{word} is no file")
    if named := find_named(codex_home, word, archived=archived):
        return named
    try:
        wanted: str = parse_conversation_id(word)
    except InvalidConversationId:
        wanted = word.lower()
    else:
        path = find_session(codex_home, wanted)
        if path is not None:
            return path
    if len(wanted) < _SHORTEST_BEGINNING or wanted.strip("0123456789abcdef-"):
        least = f"the beginning of one ({_SHORTEST_BEGINNING} digits)"
        raise NoSuchSession(f"{word!r} is neither the name of a session nor its id, nor {least}")
    return _only_one(codex_home, wanted, archived=archived)


def is_archived(codex_home: str, path: str) -> bool:
    """Whether the file lies among the archived sessions."""
    return os.path.realpath(path).startswith(os.path.realpath(archive_folder(codex_home)) + os.sep)


def _only_one(codex_home: str, beginning: str, *, archived: bool) -> str:
    live = {file.id: file.path for file in session_files(codex_home) if file.id.startswith(beginning)}
    found = live or (_archived(codex_home, beginning) if archived else {})
    if not found:
        raise NoSuchSession(f"no saved session begins with {beginning}; see octavo sessions list")
    if len(found) > 1:
        named = ", ".join(list(found)[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")
        raise NoSuchSession(f"{len(found)} saved sessions begin with {beginning}: {named}")
    return next(iter(found.values()))


def _archived(codex_home: str, beginning: str) -> dict[str, str]:
    folder = archive_folder(codex_home)
    try:
        names = os.listdir(folder)
    except OSError:
        return {}
    parsed = ((parse_file_name(name), name) for name in names)
    return {named[1]: os.path.join(folder, name) for named, name in parsed if named and named[1].startswith(beginning)}
