"""Which front end, or which task of another conversation, started a conversation (`docs/rollouts.md`)."""

from __future__ import annotations

from typing import Literal

import msgspec


class OtherSubAgent(msgspec.Struct, frozen=True):
    """A sub-conversation under a label of its own."""

    other: str


class SubAgentSource(msgspec.Struct, frozen=True):
    """A conversation that another conversation started."""

    subagent: Literal["review", "compact"] | OtherSubAgent


SessionSource = Literal["cli", "vscode", "exec", "mcp", "unknown"] | SubAgentSource


def subagent_label(source: SessionSource) -> str | None:
    """The label that model requests of a sub-conversation carry; None for a user's own conversation."""
    if not isinstance(source, SubAgentSource):
        return None
    kind = source.subagent
    return kind.other if isinstance(kind, OtherSubAgent) else kind
