"""What the agent is told: operations, and answers to its questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from octavo.protocol.ops import Op, Remember
    from octavo.protocol.policy import ReviewDecision


class Operate(msgspec.Struct, frozen=True):
    """Hand an operation to the conversation."""

    op: Op


class Answer(msgspec.Struct, frozen=True):
    """The answer to a question of the agent; `id` is that of the event that asked, `call_id` what it asked about.

    `command` is what was asked for, None for a patch; the history tells of decisions about commands only.
    `remember` makes a rule of it.
    """

    id: str
    call_id: str
    decision: ReviewDecision
    command: tuple[str, ...] | None
    remember: Remember | None = None
