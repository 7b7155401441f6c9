"""Review: another conversation looks at the work and reports (`docs/review.md`).

The reviewer sees neither the parent's history nor the project's documents. Of
what it says the client sees everything but its last words, which come back as
the review's output; the parent remembers them as one message in the user's name.
"""

from __future__ import annotations

import msgspec

from octavo.config.config import Agents, Config
from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.delegate import delegate
from octavo.engine.review_report import parse_review, report_message
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.model.instructions import read_prompt
from octavo.protocol import events
from octavo.protocol.review import ReviewOutput, ReviewRequest
from octavo.protocol.source import SubAgentSource
from octavo.protocol.turn_items import TextInput


async def review(session: Session, submission_id: str, request: ReviewRequest) -> None:
    """Start a review as the conversation's task."""
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id), session.new_meter())
    turn.on_abort = lambda: _leave(session, turn, None)

    async def body() -> None:
        _leave(session, turn, await _run(session, turn, request))

    await tasks.start(session, turn, body)
    session.emit(turn.id, events.EnteredReviewMode(request.prompt, request.user_facing_hint))


async def _run(session: Session, turn: ActiveTurn, request: ReviewRequest) -> ReviewOutput | None:
    """The reviewer's verdict; None when it gave none."""
    held: events.AgentMessage | None = None
    async with delegate(session, turn, _reviewer_config(turn), SubAgentSource("review")) as child:
        async for event in child.run_once((TextInput(request.prompt),)):
            match event.msg:
                case events.TaskComplete(last_agent_message=text):
                    return parse_review(text) if text is not None else None
                case events.TurnAborted():
                    return None
                case events.AgentMessage() as message:
                    if held is not None:
                        session.forward(turn.id, held)
                    held = message
                case msg if not (_is_kept_back(msg) or _was_told(session, msg)):
                    session.forward(turn.id, msg)
    return None


def _is_kept_back(msg: events.EventMsg) -> bool:
    """Pieces of the last words, which the client gets as the review's output instead."""
    if isinstance(msg, events.ItemCompleted):
        return msg.item.agent_message is not None
    return isinstance(msg, events.AgentMessageDelta | events.AgentMessageContentDelta)


def _was_told(session: Session, msg: events.EventMsg) -> bool:
    """A server that did not start for the conversation either: the reviewer tries the same ones again."""
    return isinstance(msg, events.Error) and session.mcp is not None and msg.message in session.mcp.failures


def _reviewer_config(turn: ActiveTurn) -> Config:
    """The parent's settings with the reviewer's model, prompt and fewer tools."""
    config, settings = turn.context.config, turn.context.settings
    return msgspec.structs.replace(
        config,
        model=config.review_model,
        model_reasoning_effort="low",
        model_reasoning_summary="detailed",
        base_instructions=read_prompt("review"),
        user_instructions=None,
        project_doc_max_bytes=0,
        cwd=settings.cwd,
        approval_policy=settings.approval_policy,
        granular_approval=settings.granular,
        approvals_reviewer=settings.approvals_reviewer,
        sandbox_policy=settings.sandbox_policy,
        deprecations=(),
        agents=Agents(),
        features=msgspec.structs.replace(
            config.features, web_search_request=False, view_image_tool=False, streamable_shell=False
        ),
    )


def _leave(session: Session, turn: ActiveTurn, output: ReviewOutput | None) -> None:
    """Remember the result and tell that the review is over."""
    session.record(turn.id, [report_message(output)])
    session.emit(turn.id, events.ExitedReviewMode(output))
