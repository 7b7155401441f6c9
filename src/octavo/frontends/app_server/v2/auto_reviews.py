"""How clients hear of a reviewer that decides in the user's place (`docs/app-server-v2.md`, "Who is asked")."""

from __future__ import annotations

from collections.abc import Iterator

from octavo.commands.quoting import quote_command
from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.types import auto_reviews as told
from octavo.protocol.asides import AutoReviewEnded, AutoReviewStarted, Verdict
from octavo.protocol.events import ApplyPatchApprovalRequest, ExecApprovalRequest

_WORDS = {
    "approved": "allowed",
    "denied": "refused",
    "timedOut": "refused, since the reviewer did not answer in time,",
    "aborted": "not decided on",
}


class AutoReviews:
    """The reviews of a thread that are under way, by their ids, with the time at which each began."""

    def __init__(self, thread_id: str) -> None:
        self._thread_id = thread_id
        self._since: dict[str, int] = {}

    def begun(self, turn_id: str, now_ms: int, msg: AutoReviewStarted) -> Notice:
        """One begins."""
        self._since[msg.review_id] = now_ms
        started = told.AutoReviewStarted(
            thread_id=self._thread_id,
            turn_id=turn_id,
            started_at_ms=now_ms,
            review_id=msg.review_id,
            target_item_id=msg.request.call_id,
            review=told.AutoReview("inProgress"),
            action=_action(msg),
        )
        return Notice("item/autoApprovalReview/started", started)

    def ended(self, turn_id: str, now_ms: int, msg: AutoReviewEnded) -> Iterator[Notice]:
        """One is over: its verdict in a line, then the whole of it."""
        verdict = msg.verdict or Verdict("deny")
        completed = told.AutoReviewCompleted(
            thread_id=self._thread_id,
            turn_id=turn_id,
            started_at_ms=self._since.pop(msg.review_id, now_ms),
            completed_at_ms=now_ms,
            review_id=msg.review_id,
            target_item_id=msg.request.call_id,
            review=told.AutoReview(
                msg.status, verdict.risk_level, verdict.user_authorization, verdict.rationale or None
            ),
            action=_action(msg),
        )
        yield Notice("guardianWarning", told.ReviewerWarning(self._thread_id, _line(msg, verdict)))
        yield Notice("item/autoApprovalReview/completed", completed)


def _line(msg: AutoReviewEnded, verdict: Verdict) -> str:
    what = "A patch" if isinstance(msg.request, ApplyPatchApprovalRequest) else "A command"
    risk = f" (risk: {verdict.risk_level})" if verdict.risk_level else ""
    why = " ".join((verdict.rationale or "").split())
    return f"{what} was {_WORDS[msg.status]} by the automatic reviewer{risk}{': ' + why if why else '.'}"


def _action(msg: AutoReviewStarted | AutoReviewEnded) -> told.ReviewedCommand | told.ReviewedPatch:
    request = msg.request
    if isinstance(request, ExecApprovalRequest):
        return told.ReviewedCommand(command=quote_command(request.command), cwd=request.cwd)
    return told.ReviewedPatch(cwd=msg.cwd, files=tuple(request.changes))
