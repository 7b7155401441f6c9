"""What each operation does (`docs/protocol.md`). None of them waits for a turn to end."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.environment import environment_update
from octavo.engine.mcp_servers import offer_mcp_tools
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.engine.turn import run_turn
from octavo.engine.user_message import message_of, pictures_not_sent
from octavo.errors import OctavoError
from octavo.protocol import events, ops
from octavo.protocol.items import FunctionCall, FunctionCallOutput, Message
from octavo.protocol.settings import changed_by
from octavo.protocol.turn_items import SkillInput, TextInput, UserInput
from octavo.rollout.errors import RolloutWriteError

log = logging.getLogger(__name__)

_YES = ("approved", "approved_for_session")


async def handle(session: Session, submission: ops.Submission) -> None:
    """Carry out one operation. One that fails is told as an error, and the conversation takes the next."""
    try:
        await _carry_out(session, submission)
    except OctavoError as error:
        session.emit(submission.id, events.Error(str(error)))
    except Exception as error:
        # A defect of ours must not leave the client with a conversation that hears nothing any more.
        log.exception("an operation failed")
        session.emit(submission.id, events.Error(f"internal error: {type(error).__name__}: {error}"))


async def _carry_out(session: Session, submission: ops.Submission) -> None:
    match submission.op:
        case ops.UserInputOp() | ops.UserTurn() as op:
            await _user_turn(session, submission.id, op)
        case ops.Interrupt():
            await _interrupt(session)
        case ops.OverrideTurnContext() as op:
            session.settings = changed_by(session.settings, op)
        case ops.ExecApproval() | ops.PatchApproval() as op:
            await _decide(session, op)
        case ops.Compact():
            await _compact(session, submission.id)
        case ops.Shutdown():
            await _shut_down(session, submission.id)
        case _:
            await _rarer(session, submission)


async def _interrupt(session: Session) -> None:
    turn = session.active
    is_running = turn is not None and turn.task is not None
    await tasks.abort(session, "interrupted")
    if turn is not None and is_running and session.rarer_hooks is not None:
        session.spawn(session.rarer_hooks.interrupt(turn.id), finish=True)


async def _user_turn(session: Session, submission_id: str, op: ops.UserInputOp | ops.UserTurn) -> None:
    """Start a turn, or add the input to the one that runs. Settings stick in both cases."""
    if isinstance(op, ops.UserTurn):
        session.settings = changed_by(session.settings, op)
    running, is_asked = session.active, False
    if running is not None and running.task is not None:
        if not op.items:
            return
        await _ask_hook(session, submission_id, op.items)
        if session.active is running:
            _tell_observer(session, running, op.items)
            message = _message(session, running, op.items)
            running.add_input(message, *_skills(session, running, op.items))
            return
        is_asked = True  # while the hook thought about it the turn ended, so it begins the next one
    tier = op.service_tier if isinstance(op, ops.UserInputOp) else UNSET
    turn = _new_turn(session, submission_id, op.final_output_json_schema, tier)

    async def body() -> str | None:
        if not op.items:
            return None
        if not is_asked:
            await _ask_hook(session, submission_id, op.items)
        _tell_observer(session, turn, op.items)
        message = _message(session, turn, op.items)
        turn.add_input(*_skills(session, turn, op.items))
        await offer_mcp_tools(session, turn, message)
        return await run_turn(session, turn, message)

    await tasks.start(session, turn, body)


def _message(session: Session, turn: ActiveTurn, items: Sequence[UserInput]) -> Message:
    """What the user says. A picture that cannot be sent is told, but to editors, which look at pictures themselves."""
    message = message_of(items)
    if session.services.source in ("cli", "exec"):
        for reason in pictures_not_sent(items, message):
            session.emit(turn.id, events.Warning(reason))
    return message


def _skills(session: Session, turn: ActiveTurn, items: Sequence[UserInput]) -> list[Message]:
    """What the skills say that the user chose; one that cannot be read is told."""
    chosen = [item for item in items if isinstance(item, SkillInput)]
    if session.skills is not None:
        known = {skill.path for skill in chosen}
        named = session.skills.named_in(_text(items))
        chosen += [SkillInput(skill.name, skill.path) for skill in named if skill.path not in known]
    if not chosen:
        return []
    from octavo.engine.skills import UnreadableSkill, skill_message  # imported on use: rare

    messages = []
    for skill in chosen:
        try:
            messages.append(skill_message(skill))
        except UnreadableSkill as error:
            session.emit(turn.id, events.Warning(str(error)))
    return messages


async def _tool_words(session: Session, submission_id: str, op: ops.ToolWords) -> None:
    """Start a turn, or add to the one that runs, with a call that nobody made and its answer."""
    pair = (FunctionCall(op.name, "{}", op.call_id), FunctionCallOutput(op.call_id, op.output))
    if session.active is not None and session.active.task is not None:
        session.active.add_input(*pair)
        return
    turn = _new_turn(session, submission_id, op.final_output_json_schema, op.service_tier)
    turn.add_input(*pair)

    async def body() -> str | None:
        await offer_mcp_tools(session, turn, None)
        return await run_turn(session, turn, None)

    await tasks.start(session, turn, body)


def _new_turn(session: Session, turn_id: str, output_schema: Any, tier: str | UnsetType = UNSET) -> ActiveTurn:
    """A turn under the settings of now; the model is told what changed in them since the last one.

    `tier` is a service tier for this turn alone.
    """
    settings = session.settings if tier is UNSET else msgspec.structs.replace(session.settings, service_tier=tier)
    context = turn_context(session.config, settings, turn_id, output_schema, session.more_tools)
    turn = ActiveTurn(context, session.new_meter())
    if session.previous is not None and (update := environment_update(session.previous, session.settings)):
        session.record(turn.id, [update])
    session.previous = session.settings
    return turn


class Stopped(OctavoError):
    """A hook did not let the user's words through."""


async def _ask_hook(session: Session, turn_id: str, items: Sequence[UserInput]) -> None:
    """Pass, unless a hook has a reason against what the user said. Raises `Stopped`."""
    if session.hooks is not None and session.services.depth == 0:
        reason = await session.hooks.user_prompt_submit(session.id, turn_id, _text(items))
        if reason is not None:
            raise Stopped(f"stopped by a hook: {reason}")


def _text(items: Sequence[UserInput]) -> str:
    return "".join(item.text for item in items if isinstance(item, TextInput))


def _tell_observer(session: Session, turn: ActiveTurn, items: Sequence[UserInput]) -> None:
    """The user said something; what one conversation says to another was not said by the user."""
    if session.telemetry is not None and session.services.depth == 0:
        session.telemetry.prompted(turn.context, _text(items))


async def _decide(session: Session, op: ops.ExecApproval | ops.PatchApproval) -> None:
    """Pass on the user's answer; `abort` also ends the turn, after the call has told that it was refused.

    A command of the user beside the turn ends with its refusal, and nothing else does.
    """
    turn = session.working(op.id)
    if turn is None:
        return
    if isinstance(op, ops.ExecApproval) and op.remember is not None and op.decision in _YES:
        from octavo.engine.remembering import remember  # rare

        remember(session, turn, op.remember)
    question = turn.answer(op.decision, op.call_id)
    if op.decision != "abort" or (question is None and op.call_id is not None) or turn is not session.active:
        return
    turn.ending = True
    if question is not None:
        await question.settle(tasks.GRACE_SECONDS)
    await tasks.abort(session, "interrupted")


async def _compact(session: Session, submission_id: str) -> None:
    from octavo.engine.compaction import compact, manual_compaction

    if session.config.compaction == "careful":
        from octavo.engine.careful_compaction import compact_on_demand

        await manual_compaction(session, submission_id, compact_on_demand)
    else:
        await manual_compaction(session, submission_id, compact)


async def _shut_down(session: Session, submission_id: str) -> None:
    await tasks.abort(session, "interrupted")
    await session.settle()
    try:
        session.recorder.close()
    except RolloutWriteError:
        session.emit(submission_id, events.Error("Failed to shutdown rollout recorder"))
    session.emit(submission_id, events.ShutdownComplete())


async def _rarer(session: Session, submission: ops.Submission) -> None:
    """Operations that most conversations never see; their modules are imported on use."""
    match submission.op:
        case ops.ToolWords() as op:
            await _tool_words(session, submission.id, op)
        case ops.Undo():
            from octavo.engine.undo import undo

            await undo(session, submission.id)
        case ops.RollBackCompaction():
            from octavo.engine.roll_back import roll_back_compaction

            await roll_back_compaction(session, submission.id)
        case ops.Review() as op:
            from octavo.engine.review import review

            await review(session, submission.id, op.review_request)
        case ops.RunUserShellCommand() as op:
            from octavo.engine.user_shell import run_beside, run_user_shell_command

            await (run_beside if op.beside else run_user_shell_command)(session, submission.id, op.command)
        case ops.StopUserShellCommand() as op:
            from octavo.engine.user_shell import stop_beside

            stop_beside(session, op.id)
        case _:
            from octavo.engine.small_services import answer

            await answer(session, submission)
