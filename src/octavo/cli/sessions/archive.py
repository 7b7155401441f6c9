"""Sessions that leave the lists, come back, or go for good (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys
import time

from octavo.cli.sessions.choice import NoSuchSession, chosen_session, is_archived
from octavo.cli.visible import with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.protocol.ids import ConversationId, parse_conversation_id
from octavo.rollout.archive import archivable_path, archive_session, delete_session, unarchive_session
from octavo.rollout.files import parse_file_name
from octavo.rollout.journal import is_in_use


def archive(invocation: Invocation) -> int:
    """Move the session out of the lists; prints where it is now."""
    home = find_home(os.environ)
    path = chosen_session(home, invocation.last.text("SESSION") or "", archived=False)
    real = archivable_path(home, path, _id_of(path))
    moved = archive_session(home, real, lambda: time.time_ns() // 1_000_000)
    sys.stdout.write(f"Archived: {with_tilde(moved)}\n")
    return 0


def unarchive(invocation: Invocation) -> int:
    """Put the session back; prints where it is now."""
    home = find_home(os.environ)
    word = invocation.last.text("SESSION") or ""
    path = chosen_session(home, word, archived=True)
    if not is_archived(home, path):
        raise NoSuchSession(f"{word} is not archived")
    moved = unarchive_session(home, _id_of(path))
    sys.stdout.write(f"Unarchived: {with_tilde(moved)}\n")
    return 0


def delete(invocation: Invocation) -> int:
    """Delete the session, after asking whoever sits at the terminal."""
    home = find_home(os.environ)
    path = chosen_session(home, invocation.last.text("SESSION") or "", archived=True)
    session_id = _id_of(path)
    if not invocation.last.has("force") and not _is_meant(path):
        raise NoSuchSession("nothing was deleted")
    delete_session(home, path, session_id)
    sys.stdout.write(f"Deleted: {with_tilde(path)}\n")
    return 0


def _is_meant(path: str) -> bool:
    if not os.isatty(0):
        raise NoSuchSession("there is nobody to ask whether this is meant: --force deletes without asking")
    open_now = ", which is open somewhere at this moment," if is_in_use(path) else ""
    sys.stderr.write(f"Delete {with_tilde(path)}{open_now} for good? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _id_of(path: str) -> ConversationId:
    named = parse_file_name(os.path.basename(path))
    if named is None:
        raise NoSuchSession(f"{path} is not named like a session")
    return parse_conversation_id(named[1])
