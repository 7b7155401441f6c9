"""`octavo sessions export`: a session for other programs and people (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys

from octavo.cli.sessions.choice import chosen_session, is_archived
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.home import find_home
from octavo.files.private_file import replace_private_file
from octavo.frontends.transcripts.forms import FORMS, form_of, in_form
from octavo.rollout.read import load_rollout


def export(invocation: Invocation) -> int:
    """Write the session to stdout, or to a file that its owner alone can read, whose ending tells the form."""
    given = invocation.last
    home, target = find_home(os.environ), given.text("output")
    rollout = load_rollout(chosen_session(home, given.text("SESSION") or "", archived=True))
    wanted = given.text("format")
    by_name = form_of(target) if target is not None else "markdown"
    form = next((form for form in FORMS if form == wanted), by_name)
    text = in_form(form, rollout, archived=is_archived(home, rollout.path))
    if target is None:
        sys.stdout.write(text)
        return 0
    try:
        _write(target, text.encode("utf-8", "replace"))
    except OSError as error:
        raise Stop(1, f"Error: cannot write {target}: {error.strerror}\n") from None
    return 0


def _write(target: str, data: bytes) -> None:
    """Replace the file. A session may hold what is nobody else's business, and says what a model wants it to say: a
    link that a command put there must not lead it into a startup file of the user's shell. Raises `OSError`, `Stop`.
    """
    is_file = os.path.isfile(target) or not os.path.exists(target)
    if os.path.abspath(target).startswith(("/dev/", "/proc/")) or not is_file:
        with open(os.open(target, os.O_WRONLY | os.O_CLOEXEC), "wb") as file:
            file.write(data)
    elif os.path.islink(target):
        raise Stop(1, f"Error: {target} is a link, which is not followed. Name the file itself\n")
    else:
        replace_private_file(target, data)
