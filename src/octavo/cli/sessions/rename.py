"""`octavo sessions rename`: how a session is called in lists and in `octavo resume NAME` (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys

from octavo.cli.sessions.choice import NoSuchSession, chosen_session
from octavo.cli.visible import one_line
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.rollout.files import parse_file_name
from octavo.rollout.thread_names import name_thread


def rename(invocation: Invocation) -> int:
    """Give the session a name; an empty one takes it away."""
    given = invocation.last
    home, name = find_home(os.environ), one_line(given.text("NAME") or "")
    path = chosen_session(home, given.text("SESSION") or "", archived=True)
    named = parse_file_name(os.path.basename(path))
    if named is None:
        raise NoSuchSession(f"{path} is not named like a session")
    name_thread(home, named[1], name)
    sys.stdout.write(f"{named[1]} is called {name}.\n" if name else f"{named[1]} has no name any more.\n")
    return 0
