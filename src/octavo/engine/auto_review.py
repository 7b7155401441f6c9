"""A model decides in the user's place whether a call may do what it asks for (`docs/app-server-v2.md`, "Who is asked").

The reviewer is a conversation of its own: it knows the user's words and what was done lately,
reads with read-only tools, can ask nobody and remembers nothing. Only a clear word of consent is one:
no answer, an answer in another form, a failure and a timeout refuse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.config.config import Config
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.assessment import facts
from octavo.engine.compaction import users_words
from octavo.engine.delegate import delegate
from octavo.engine.session import Question, Session
from octavo.engine.touched import touched
from octavo.errors import OctavoError
from octavo.model.instructions import read_prompt
from octavo.protocol import events
from octavo.protocol.asides import AutoReviewEnded, AutoReviewStarted, ReviewStatus, Verdict
from octavo.protocol.changes import FileChange
from octavo.protocol.items import ResponseItem, encode_item, message_text
from octavo.protocol.middle_cut import cut_middle
from octavo.protocol.policy import ReadOnly
from octavo.protocol.source import OtherSubAgent, SubAgentSource
from octavo.protocol.turn_items import TextInput

LIMIT_SECONDS = 90.0
_LATEST_ITEMS = 40
_ITEM_BYTES = 2_000
_CHANGE_BYTES = 16_000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["outcome", "risk_level", "user_authorization", "rationale"],
    "properties": {
        "outcome": {"type": "string", "enum": ["allow", "deny"]},
        "risk_level": {"type": "string", "enum": ["low", "medium", "high", "critical"]},
        "user_authorization": {"type": "string", "enum": ["unknown", "low", "medium", "high"]},
        "rationale": {"type": "string"},
    },
    "additionalProperties": False,
}

log = logging.getLogger(__name__)


class _NoVerdict(OctavoError):
    """The reviewer did not decide."""


async def review(session: Session, turn: ActiveTurn, question: Question) -> Verdict:
    """What the reviewer says about a question; both ends of its work are told."""
    review_id, cwd = session.new_item_id(), turn.context.settings.cwd
    session.emit(turn.id, AutoReviewStarted(review_id, cwd, question))
    status: ReviewStatus = "aborted"
    verdict: Verdict | None = None
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            verdict = await _verdict(session, turn, question)
        status = "approved" if verdict.outcome == "allow" else "denied"
    except TimeoutError:
        status, verdict = "timedOut", Verdict("deny", rationale="The reviewer did not answer in time.")
    except OctavoError as error:
        log.warning("a reviewer did not decide: %s", error)
        status, verdict = "denied", Verdict("deny", rationale=str(error))
    finally:
        session.emit(turn.id, AutoReviewEnded(review_id, cwd, question, status, verdict))
    return verdict


async def _verdict(session: Session, turn: ActiveTurn, question: Question) -> Verdict:
    """Raises `OctavoError` where there is none."""
    source = SubAgentSource(OtherSubAgent("auto_review"))
    asks_by_schema = turn.context.model.provider.wire_api == "responses"
    text, failure = "", ""
    async with delegate(session, turn, _reviewer_config(turn), source, saves=False) as child:
        said = (TextInput(_case(session, turn, question)),)
        async for event in child.run_once(said, SCHEMA if asks_by_schema else None):
            match event.msg:
                case events.TaskComplete(last_agent_message=words):
                    text = words or ""
                case events.Error(message=message):
                    failure = message
    if failure:
        raise _NoVerdict(f"The reviewer could not be asked: {failure}")
    try:
        return msgspec.json.decode(_without_fence(text), type=Verdict)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise _NoVerdict("The reviewer gave no answer that makes sense.") from None


def _without_fence(text: str) -> str:
    """The answer of a model that could not be told a form may stand between marks of code."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.partition("\n")[2].removesuffix("```")
    return text


def _reviewer_config(turn: ActiveTurn) -> Config:
    """The turn's model with the reviewer's prompt, in a sandbox in which nothing can be changed."""
    config, settings = turn.context.config, turn.context.settings
    return msgspec.structs.replace(
        config,
        model=settings.model,
        model_reasoning_effort="low",
        base_instructions=read_prompt("auto_review"),
        developer_instructions=None,
        user_instructions=None,
        project_doc_max_bytes=0,
        cwd=settings.cwd,
        approval_policy="never",
        granular_approval=None,
        approvals_reviewer="user",
        sandbox_policy=ReadOnly(),
        mcp_servers={},
        agents=msgspec.structs.replace(config.agents, named={}),
        notify=(),
        deprecations=(),
        features=msgspec.structs.replace(
            config.features,
            web_search_request=False,
            view_image_tool=False,
            streamable_shell=False,
            unified_exec=False,
            ghost_commit=False,
        ),
    )


def _case(session: Session, turn: ActiveTurn, question: Question) -> str:
    """All that the reviewer is told."""
    words = users_words()
    for message in session.history.user_messages():
        words.add(message_text(message))
    return "\n\n".join(
        (
            "# What the user said",
            words.cut() or "(nothing)",
            "# What happened lately, oldest first",
            _lately(session.history.items),
            "# What is to be decided on",
            _action(turn, question),
        )
    )


def _lately(items: Sequence[ResponseItem]) -> str:
    shown = (encode_item(item).decode("utf-8", "replace") for item in items[-_LATEST_ITEMS:])
    return "\n".join(cut_middle(text, _ITEM_BYTES) for text in shown) or "(nothing)"


def _action(turn: ActiveTurn, question: Question) -> str:
    reason = "" if question.reason is msgspec.UNSET else question.reason
    given = f"\nReason given: {cut_middle(reason, _ITEM_BYTES)}" if reason else ""
    if isinstance(question, events.ExecApprovalRequest):
        if question.command == ("apply_patch",):  # after the sandbox has stopped it: the question has none of its words
            raise _NoVerdict("The sandbox stopped the patch, and the reviewer cannot see where it leads.")
        return f"Run this command without the sandbox.\n{facts(turn.context, question.command, question.cwd)}{given}"
    return f"Apply this patch, wherever it writes.\n{_patch(question)}{given}"


def _patch(question: events.ApplyPatchApprovalRequest) -> str:
    """All files that it writes, and as much as there is room for of what it does to them. Raises `_NoVerdict`."""
    files = "\n".join(sorted(touched(question.changes)))
    if len(files.encode("utf-8", "replace")) > _CHANGE_BYTES:
        raise _NoVerdict("The patch changes too many files for the reviewer.")
    changes = cut_middle("\n".join(_change(*change) for change in question.changes.items()), _CHANGE_BYTES)
    return f"Files, and where links lead:\n{files}\n\n{changes}"


def _change(path: str, change: FileChange) -> str:
    if change.add is not None:
        return f"Add {path}:\n{change.add.content}"
    if change.delete is not None:
        return f"Delete {path}"
    if change.update is not None:
        moved = f" (moved to {change.update.move_path})" if change.update.move_path else ""
        return f"Update {path}{moved}:\n{change.update.unified_diff}"
    return path
