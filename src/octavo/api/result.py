"""What a turn leaves behind (`docs/library.md`, "Results")."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import msgspec

from octavo.protocol.usage import TokenUsage

T = TypeVar("T")


class RunResult(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """How a turn ended.

    `final_response` is the agent's last message, "" where it said none. `items` are what happened, in the order in
    which it ended (`octavo.items`). `diff` is the unified diff of what patches changed, "" for nothing; changes by
    commands are not in it. `usage` counts this turn alone, `agents_usage` the agents that it asked, and those that
    they asked. `thread_id` is the id of the saved session. `output` is the last message in the type that was asked
    for, None where none was asked for or the turn was interrupted.
    """

    thread_id: str
    turn_id: str
    status: Literal["completed", "interrupted"]
    final_response: str
    items: tuple[Any, ...]
    diff: str
    usage: TokenUsage
    agents_usage: TokenUsage
    output: T

    @property
    def session_id(self) -> str:
        """The same as `thread_id`: what `octavo resume` and `octavo sessions show` take."""
        return self.thread_id
