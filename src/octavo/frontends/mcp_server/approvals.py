"""Questions to the user: how a client is asked, and what its answer means (`docs/mcp-server.md`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.commands.quoting import quote_command
from octavo.engine.conversation import Conversation
from octavo.frontends.jsonrpc.messages import NOT_JSON, ErrorResponse, RequestId, Response
from octavo.protocol import events, ops
from octavo.protocol.policy import ReviewDecision

log = logging.getLogger(__name__)

Json = dict[str, Any]

_DECISIONS: Mapping[str, ReviewDecision] = {
    "approved": "approved",
    "approved_for_session": "approved_for_session",
    "denied": "denied",
    "abort": "abort",
}
_NO_FORM = {"type": "object", "properties": {}}


def command_question(request_id: RequestId, event_id: str, request: events.ExecApprovalRequest) -> Json:
    """May a command run?"""
    risk = {"codex_risk": request.risk} if request.risk is not msgspec.UNSET else {}
    return {
        "message": f"Allow Codex to run `{quote_command(request.command)}` in `{request.cwd}`?",
        "requestedSchema": _NO_FORM,
        "codex_elicitation": "exec-approval",
        "codex_mcp_tool_call_id": str(request_id),
        "codex_event_id": event_id,
        "codex_call_id": request.call_id,
        "codex_command": request.command,
        "codex_cwd": request.cwd,
        "codex_parsed_cmd": request.parsed_cmd,
        **risk,
    }


def patch_question(request_id: RequestId, event_id: str, request: events.ApplyPatchApprovalRequest) -> Json:
    """May a patch be applied?"""
    question = "Allow Codex to apply proposed code changes?"
    reason = {"codex_reason": request.reason} if request.reason is not msgspec.UNSET else {}
    root = {"codex_grant_root": request.grant_root} if request.grant_root is not msgspec.UNSET else {}
    return {
        "message": f"{request.reason}\n{question}" if reason else question,
        "requestedSchema": _NO_FORM,
        "codex_elicitation": "patch-approval",
        "codex_mcp_tool_call_id": str(request_id),
        "codex_event_id": event_id,
        "codex_call_id": request.call_id,
        "codex_changes": request.changes,
        **reason,
        **root,
    }


def decision_in(result: msgspec.Raw) -> ReviewDecision:
    """The decision in an answer: our own word for it, else that of the protocol, else no.

    In the protocol's words only a filled-in form says yes, even though ours has no fields: a client that
    sends less has not shown it to anybody.
    """
    try:
        said = msgspec.json.decode(result)
    except NOT_JSON as error:
        log.error("an answer that makes no sense counts as a refusal: %s", error)
        return "denied"
    match said:
        case {"decision": word}:
            return _DECISIONS.get(word, "denied") if isinstance(word, str) else "denied"
        case {"action": "accept", "content": {}}:
            return "approved"
        case {"action": "cancel"}:
            return "abort"
        case _:
            return "denied"


class Question(msgspec.Struct, frozen=True):
    """Which turn of which conversation waits, and whether for a patch (else for a command)."""

    conversation: Conversation
    turn_id: str
    about_patch: bool


class Questions:
    """All open questions, by the id that the client was given. One without an answer at the end means no."""

    def __init__(self) -> None:
        self._open: dict[RequestId, Question] = {}
        self._nobody_answers = False

    async def add(self, number: int, question: Question) -> None:
        """The client was asked. The turn waits for one answer at most, the newest."""
        self.drop(question.conversation, question.turn_id)
        self._open[number] = question
        if self._nobody_answers:
            await self._decide(number, "denied")

    def drop(self, conversation: Conversation, turn_id: str) -> None:
        """The turn does not wait any more."""
        gone = [at for at, one in self._open.items() if one.conversation is conversation and one.turn_id == turn_id]
        for number in gone:
            del self._open[number]

    async def answer(self, response: Response | ErrorResponse) -> None:
        """The client answered; one that could not counts as no."""
        if not isinstance(response.id, int) or response.id not in self._open:
            log.warning("an answer came that nobody waits for: id %r", response.id)
            return
        await self._decide(response.id, decision_in(response.result) if isinstance(response, Response) else "denied")

    async def refuse_all(self) -> None:
        """Nobody will answer any more, neither these nor later ones."""
        self._nobody_answers = True
        for number in list(self._open):
            await self._decide(number, "denied")

    async def _decide(self, number: RequestId, decision: ReviewDecision) -> None:
        question = self._open.pop(number)
        kind = ops.PatchApproval if question.about_patch else ops.ExecApproval
        await question.conversation.submit(kind(question.turn_id, decision))
