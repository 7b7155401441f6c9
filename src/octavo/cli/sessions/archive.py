"""`octavo sessions archive` (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys
import time

from octavo.cli.sessions.choice import NoSuchSession, chosen_session
from octavo.cli.visible import with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.protocol.ids import parse_conversation_id
from octavo.rollout.archive import archivable_path, archive_session
from octavo.rollout.files import parse_file_name


def archive(invocation: Invocation) -> int:
    """Move the session out of the lists; prints where it is now."""
    home = find_home(os.environ)
    path = chosen_session(home, invocation.last.text("SESSION") or "", archived=False)
    named = parse_file_name(os.path.basename(path))
    if named is None:
        raise NoSuchSession(f"{path} is not named like a session")
    real = archivable_path(home, path, parse_conversation_id(named[1]))
    moved = archive_session(home, real, lambda: time.time_ns() // 1_000_000)
    sys.stdout.write(f"Archived: {with_tilde(moved)}\n")
    return 0
