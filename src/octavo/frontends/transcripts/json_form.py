"""A session as JSON (`docs/sessions.md`)."""

from __future__ import annotations

from octavo.frontends.transcripts.entries import transcript
from octavo.protocol.json_text import readable_json
from octavo.protocol.source import subagent_label
from octavo.rollout.read import LoadedRollout


def as_json(rollout: LoadedRollout, *, archived: bool) -> str:
    """Its facts and entries, with a line end."""
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
        "archived": archived,
        "path": rollout.path,
        "entries": transcript(rollout),
    }
    return readable_json(shown)
