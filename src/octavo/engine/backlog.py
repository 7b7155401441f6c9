"""Events that wait for somebody who may never come: bounded, with a rule for what goes (`docs/protocol.md`).

The oldest go first, and among them the deltas, whose text comes again when it is
whole. How turns begin and end, and what the user was asked, never goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from octavo.protocol import events
from octavo.protocol.json_text import encode_json

MOST_BYTES = 16 << 20
"""How much waits at most, as JSON."""

_COMPANIONS = (events.AgentMessageDelta, events.AgentReasoningDelta, events.AgentReasoningRawContentDelta)
_DELTAS = (
    *_COMPANIONS,
    events.ExecCommandOutputDelta,
    events.AgentMessageContentDelta,
    events.ReasoningContentDelta,
    events.ReasoningRawContentDelta,
    events.AsideDelta,
)
_KEPT = (
    events.SessionConfigured,
    events.TaskStarted,
    events.TaskComplete,
    events.TurnAborted,
    events.Error,
    events.EnteredReviewMode,
    events.ExitedReviewMode,
    events.ShutdownComplete,
    events.ExecApprovalRequest,
    events.ApplyPatchApprovalRequest,
)


class Backlog:
    """Events in order, no more than `most_bytes` of them but for those that never go."""

    def __init__(self, most_bytes: int) -> None:
        self.events: deque[events.Event] = deque()
        self.missed = 0
        """How many had to go."""
        self._most, self._limit = most_bytes, most_bytes
        self._added = 0  # and perhaps taken again since: at most this much is here

    def add(self, event: events.Event) -> None:
        """Keep an event, at the cost of older ones if need be."""
        self.events.append(event)
        self._added += _size(event)
        if self._added > self._limit:
            self._shed()

    def _shed(self) -> None:
        """Come down to half of what is allowed, so that this happens rarely."""
        self._added = sum(map(_size, self.events))
        for goes in (_is_delta, _may_go):
            if self._added > self._most // 2:
                self._drop(goes)
        self._limit = max(self._most, self._added + self._most // 2)

    def _drop(self, goes: Callable[[events.EventMsg], bool]) -> None:
        """Let the oldest of a kind go until enough is gone."""
        kept: list[events.Event] = []
        has_just_dropped = False
        for event in self.events:
            is_companion = has_just_dropped and isinstance(event.msg, _COMPANIONS)  # they go together
            has_just_dropped = goes(event.msg) and (is_companion or self._added > self._most // 2)
            if has_just_dropped:
                self._added -= _size(event)
                self.missed += 1
            else:
                kept.append(event)
        # Whoever listens holds on to this very object.
        self.events.clear()
        self.events.extend(kept)


def _is_delta(msg: events.EventMsg) -> bool:
    return isinstance(msg, _DELTAS)


def _may_go(msg: events.EventMsg) -> bool:
    return not isinstance(msg, _KEPT)


def _size(event: events.Event) -> int:
    try:
        return len(encode_json(event))
    except RecursionError:  # what a model nested so deep that it could just be read
        return 1 << 16
