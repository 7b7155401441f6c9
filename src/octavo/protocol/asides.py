"""What a conversation tells beside the flat language of events, for clients of today (`docs/app-server-v2.md`).

Doors that speak the older language leave every `Aside` out. These are sent only where
the thing happens, so nobody else pays for this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from octavo.protocol.events import ApplyPatchApprovalRequest, Aside, ExecApprovalRequest

ReviewStatus = Literal["approved", "denied", "timedOut", "aborted"]
ReviewRisk = Literal["low", "medium", "high", "critical"]
UserAuthorization = Literal["unknown", "low", "medium", "high"]


class Verdict(msgspec.Struct, frozen=True):
    """What a reviewer decided in the user's place; only `allow` is consent."""

    outcome: Literal["allow", "deny"]
    risk_level: ReviewRisk | None = None
    user_authorization: UserAuthorization | None = None
    rationale: str | None = None


def about_call(msg: Aside, named: Callable[[str], str]) -> Aside:
    """The same about the call as somebody else knows it; `named` gives its name there."""
    if isinstance(msg, AutoReviewStarted | AutoReviewEnded):
        return msgspec.structs.replace(
            msg, request=msgspec.structs.replace(msg.request, call_id=named(msg.request.call_id))
        )
    return msg


class AutoReviewStarted(Aside, frozen=True):
    """A reviewer is asked instead of the user."""

    review_id: str
    cwd: str
    request: ExecApprovalRequest | ApplyPatchApprovalRequest


class AutoReviewEnded(Aside, frozen=True):
    """It has decided, or nobody waits for it any more. A verdict stands also where there was no usable answer."""

    review_id: str
    cwd: str
    request: ExecApprovalRequest | ApplyPatchApprovalRequest
    status: ReviewStatus
    verdict: Verdict | None = None
