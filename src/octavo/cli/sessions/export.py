"""`octavo sessions export`: a session for other programs and people (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys

from octavo.cli.sessions.choice import chosen_session, is_archived
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.home import find_home
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
        # A session may hold what is nobody else's business.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise Stop(1, f"Error: cannot write {target}: {error.strerror}\n") from None
    return 0
