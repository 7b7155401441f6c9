"""The common life of everything that a conversation works on, one at a time (`docs/turns.md`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.errors import LimitReached, OctavoError
from octavo.protocol import events
from octavo.tools.errors import FatalToolError

GRACE_SECONDS = 0.1

log = logging.getLogger(__name__)

Body = Callable[[], Awaitable[str | None]]


async def start(session: Session, turn: ActiveTurn, body: Body) -> None:
    """Run `body` as the conversation's only task; one that runs already is replaced."""
    await abort(session, "replaced")
    session.active = turn
    turn.task = session.spawn(_live(session, turn, body))
    await asyncio.sleep(0)  # it has begun: an interruption right behind finds the user's words told and recorded


async def abort(session: Session, reason: Literal["interrupted", "replaced"]) -> None:
    """End the running task, if there is one, and say so. Whatever it had finished is recorded."""
    turn = session.active
    if turn is None or turn.task is None:
        return
    for task in (turn.task, *turn.background):
        task.cancel()
    await asyncio.wait({turn.task}, timeout=GRACE_SECONDS)
    turn.take_input()
    session.active = None
    if turn.on_abort is not None:
        turn.on_abort()
    session.emit(turn.id, events.TurnAborted(reason))
    session.recorder.flush()


async def _live(session: Session, turn: ActiveTurn, body: Body) -> None:
    last_words, failure, at_limit = None, None, False
    watched = _Watch(session, turn) if session.telemetry is not None else None
    try:
        last_words = await (body() if turn.meter is None else turn.meter.within_time(body))
    except FatalToolError as error:
        failure = f"Fatal error: {error}"
    except OctavoError as error:
        failure, at_limit = str(error), isinstance(error, LimitReached)
    except Exception as error:
        # A defect of ours must not take the conversation with it; the log has the details.
        log.exception("a turn failed")
        failure = f"internal error: {type(error).__name__}: {error}"
    finally:
        if watched is not None:
            watched.ended(failure)
    if turn.task is not None and turn.task.cancelling():
        return  # something broke while the turn was being aborted: `abort` tells how it ended, nobody else
    if at_limit and turn.on_abort is not None:
        turn.on_abort()
    if failure is not None:
        session.emit(turn.id, events.Error(failure, "session_budget_exceeded" if at_limit else msgspec.UNSET))
    session.recorder.flush()
    session.active = None
    session.emit(turn.id, events.TaskComplete(last_words))


class _Watch:
    """Tells an observer of a task's beginning and end."""

    def __init__(self, session: Session, turn: ActiveTurn) -> None:
        self._session, self._turn, self._started = session, turn, session.services.monotonic()
        if session.telemetry is not None:
            session.telemetry.turn_started(turn.context)

    def ended(self, failure: str | None) -> None:
        """The body has returned or raised, the latter also because it was cancelled."""
        from octavo.tools.telemetry import TurnEnd, TurnOutcome  # only who is observed pays for it

        task, telemetry = self._turn.task, self._session.telemetry
        aborted = self._turn.ending or (task is not None and task.cancelling() > 0)
        end: TurnEnd = "aborted" if aborted else "failed" if failure is not None else "completed"
        if telemetry is not None:
            seconds = self._session.services.monotonic() - self._started
            telemetry.turn_ended(self._turn.context, TurnOutcome(seconds, end, failure))
