"""Questions to the client that wait for its answer (`docs/app-server.md`, "Approvals").

A question is dropped when it is answered, when its turn ends, and when the same turn
asks again, since the engine then no longer waits for the first: an answer that comes
too late must not decide something else.
"""

from __future__ import annotations

import logging

import msgspec

from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.app_server.protocol.from_server import ApplyPatchApprovalResponse, ExecCommandApprovalResponse
from octavo.frontends.jsonrpc.messages import NOT_JSON, ErrorResponse, RequestId, Response
from octavo.protocol import ops
from octavo.protocol.policy import ReviewDecision

_log = logging.getLogger(__name__)


class Question(msgspec.Struct, frozen=True):
    """Which turn asked, and whether about a patch (else about a command)."""

    loaded: Loaded
    turn_id: str
    about_patch: bool


class Questions:
    """All open questions, by the id that the client was given."""

    def __init__(self) -> None:
        self._open: dict[RequestId, Question] = {}

    def add(self, request_id: int, question: Question) -> None:
        """The client was asked."""
        self.drop(question.loaded, question.turn_id)
        self._open[request_id] = question

    def drop(self, loaded: Loaded, turn_id: str) -> None:
        """The turn does not wait any more."""
        self._open = {
            request_id: question
            for request_id, question in self._open.items()
            if question.loaded is not loaded or question.turn_id != turn_id
        }

    async def answer(self, response: Response) -> None:
        """The client answered; what cannot be read counts as no."""
        question = self._open.pop(response.id, None) if isinstance(response.id, int) else None
        if question is None:
            _log.warning("an answer came that nobody waits for: id %r", response.id)
            return
        if question.about_patch:
            patch = _decision(response, ApplyPatchApprovalResponse)
            await question.loaded.conversation.submit(ops.PatchApproval(question.turn_id, patch))
        else:
            command = _decision(response, ExecCommandApprovalResponse)
            await question.loaded.conversation.submit(ops.ExecApproval(question.turn_id, command))

    def failed(self, error: ErrorResponse) -> None:
        """The client could not answer, which leaves the question open."""
        _log.warning("the client answered %r with an error: %s", error.id, error.message)


def _decision(
    response: Response, shape: type[ExecCommandApprovalResponse] | type[ApplyPatchApprovalResponse]
) -> ReviewDecision:
    try:
        return msgspec.json.decode(response.result, type=shape).decision
    except NOT_JSON as error:
        _log.error("an answer that makes no sense counts as a refusal: %s", error)
        return "denied"
