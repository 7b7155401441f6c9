"""What stands above a transcript."""

from __future__ import annotations

from octavo.frontends.shown_text import local_time, one_line
from octavo.rollout.lines import SessionMeta


def session_facts(meta: SessionMeta) -> list[tuple[str, str]]:
    """Names and values, as far as they are known, each in one line."""
    facts = [("Id", meta.id), ("Started", local_time(meta.timestamp)), ("Folder", one_line(meta.cwd))]
    if meta.model_provider:
        facts.append(("Provider", one_line(meta.model_provider)))
    git = meta.git
    if isinstance(git, dict):
        facts += [("Branch", one_line(git["branch"]))] if "branch" in git else []
        facts += [("Commit", one_line(git["commit_hash"]))] if "commit_hash" in git else []
    return facts
