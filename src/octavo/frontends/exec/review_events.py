"""A review as `exec` tells it: what was found is the agent's last message (`docs/exec.md`, "Reviews")."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.frontends.review_text import review_text
from octavo.protocol import events


def with_verdict() -> Callable[[events.Event], events.Event]:
    """What to put in the place of each event of one review."""
    verdict: str | None = None

    def told(event: events.Event) -> events.Event:
        nonlocal verdict
        match event.msg:
            case events.ExitedReviewMode(output):
                verdict = review_text(output)
                return msgspec.structs.replace(event, msg=events.AgentMessage(verdict))
            case events.TaskComplete():
                return msgspec.structs.replace(event, msg=events.TaskComplete(verdict))
            case _:
                return event

    return told
