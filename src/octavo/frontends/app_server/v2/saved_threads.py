"""Threads as their files tell them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec import UNSET

from octavo.frontends.app_server.v2.types.threads import GitInfo, NotLoaded, Source, SubAgentSource, Thread
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.protocol.source import OtherSubAgent, SessionSource, subagent_label
from octavo.protocol.source import SubAgentSource as OwnSubAgentSource
from octavo.rollout.lines import SessionMeta
from octavo.rollout.listing import SessionSummary


def saved_thread(
    session: SessionSummary, default_provider: str, name: str | None, turns: Sequence[Turn] = ()
) -> Thread:
    """The thread that a file holds."""
    meta = session.meta
    return Thread(
        id=meta.id,
        session_id=meta.id,
        preview=session.preview or "",
        model_provider=default_provider if meta.model_provider is None else meta.model_provider,
        created_at=unix_seconds(meta.timestamp or session.created_at),
        updated_at=unix_seconds(session.updated_at or meta.timestamp),
        recency_at=unix_seconds(session.updated_at or meta.timestamp),
        status=NotLoaded(),
        cwd=meta.cwd,
        cli_version=meta.cli_version,
        source=shown_source(meta.source),
        path=session.path,
        name=name,
        git_info=shown_git(meta),
        originator=meta.originator,
        thread_source=None if meta.thread_source is UNSET else meta.thread_source,
        turns=tuple(turns),
    )


def unix_seconds(text: str) -> int:
    """The moment that a file tells; 0 for what is none."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return int(moment.timestamp())


def shown_source(source: SessionSource) -> Source:
    """Who began the thread. Clients refuse what they do not know, so everything else is `unknown`."""
    if isinstance(source, OwnSubAgentSource):
        kind = source.subagent
        return SubAgentSource({"other": kind.other} if isinstance(kind, OtherSubAgent) else kind)
    return "appServer" if source == "mcp" else source


def source_kinds(source: SessionSource) -> frozenset[str]:
    """The kinds of sources that a thread counts as."""
    if isinstance(source, OwnSubAgentSource):
        names = {"review": "subAgentReview", "compact": "subAgentCompact", "thread_spawn": "subAgentThreadSpawn"}
        return frozenset({"subAgent", names.get(subagent_label(source) or "", "subAgentOther")})
    return frozenset({"appServer" if source == "mcp" else source})


def shown_git(meta: SessionMeta) -> GitInfo | None:
    """The checkout that a thread began in."""
    if meta.git is UNSET:
        return None
    return GitInfo(meta.git.get("commit_hash"), meta.git.get("branch"), meta.git.get("repository_url"))
