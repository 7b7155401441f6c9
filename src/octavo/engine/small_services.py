"""Answers to the questions of front ends that have nothing to do with a turn (`docs/protocol.md`)."""

from __future__ import annotations

import logging

import msgspec

from octavo.engine.custom_prompts import list_custom_prompts
from octavo.engine.mcp_servers import list_mcp_tools
from octavo.engine.session import Session
from octavo.protocol import events, ops
from octavo.rollout.message_history import MessageHistoryError, append_message, look_up_message

log = logging.getLogger(__name__)


async def answer(session: Session, submission: ops.Submission) -> None:
    """Carry out the operation; kinds that nobody knows are ignored."""
    match submission.op:
        case ops.AddToHistory(text=text):
            session.spawn(_add_to_history(session, text), finish=True)
        case ops.GetHistoryEntryRequest(offset=offset, log_id=log_id):
            entry = await look_up_message(session.config.codex_home, offset, log_id)
            reply = events.GetHistoryEntryResponse(offset, log_id, entry if entry else msgspec.UNSET)
            session.emit(submission.id, reply)
        case ops.ListCustomPrompts():
            prompts = list_custom_prompts(session.config.codex_home)
            session.emit(submission.id, events.ListCustomPromptsResponse(tuple(prompts)))
        case ops.ListMcpTools():
            session.spawn(list_mcp_tools(session, submission.id))


async def _add_to_history(session: Session, text: str) -> None:
    if session.config.history.persistence == "none":
        return
    try:
        await append_message(session.config.codex_home, session.id, text, int(session.services.now()))
    except MessageHistoryError as error:
        log.warning("%s", error)
