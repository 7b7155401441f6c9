"""`octavo sessions export`: a session for other programs and people (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys

import msgspec

from octavo.cli.sessions.choice import chosen_session, is_archived
from octavo.cli.sessions.markdown import as_markdown
from octavo.cli.sessions.transcript import transcript
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.home import find_home
from octavo.protocol.source import subagent_label
from octavo.rollout.read import LoadedRollout, load_rollout


def export(invocation: Invocation) -> int:
    """Write the session to stdout, or to a file that its owner alone can read."""
    given = invocation.last
    home = find_home(os.environ)
    rollout = load_rollout(chosen_session(home, given.text("SESSION") or "", archived=True))
    if given.text("format") == "json":
        text = session_json(home, rollout)
    else:
        text = as_markdown(rollout.meta, transcript(rollout))
    target = given.text("output")
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


def session_json(codex_home: str, rollout: LoadedRollout) -> str:
    """The facts and entries of a session as JSON, with a line end."""
    meta = rollout.meta
    label = subagent_label(meta.source)
    shown = {
        "id": meta.id,
        "created_at": meta.timestamp,
        "cwd": meta.cwd,
        "source": meta.source if label is None else label,
        "model_provider": meta.model_provider,
        "cli_version": meta.cli_version,
        "git": meta.git if isinstance(meta.git, dict) else None,
        "archived": is_archived(codex_home, rollout.path),
        "path": rollout.path,
        "entries": transcript(rollout),
    }
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"
