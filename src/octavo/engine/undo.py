"""Undo: snapshots of the work tree at the start of turns, and the way back to them (`docs/undo.md`).

A turn without tools may be over before its snapshot is. Snapshots are made one
after the other, in the order of their turns, and `settled` waits for the last. The
conversation stays as it is when the work tree goes back.
"""

from __future__ import annotations

import asyncio

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.git.run import GitError
from octavo.git.snapshot import NotARepository, create_snapshot, restore_snapshot
from octavo.protocol import events
from octavo.protocol.items import GhostSnapshot


def start_snapshot(session: Session, turn: ActiveTurn) -> None:
    """Begin the snapshot; the turn's tools wait until it has ended, well or badly."""
    turn.gate.clear()
    session.snapshot = session.spawn(_take(session, turn, session.snapshot))
    turn.background.append(session.snapshot)


async def settled(snapshot: asyncio.Task[None] | None) -> None:
    """Wait until the snapshot and all before it have ended, well or badly."""
    if snapshot is not None:
        await asyncio.wait({snapshot})


async def undo(session: Session, submission_id: str) -> None:
    """Restore the newest snapshot, as the conversation's task. Done again, it steps back turn by turn."""
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id))

    async def body() -> None:
        session.emit(turn.id, events.UndoStarted("Undo in progress..."))
        done = await _take_back_files(session)
        if done is None:
            await settled(session.snapshot)
            done = await _restore(session, turn)
        session.emit(turn.id, done)

    await tasks.start(session, turn, body)


async def _take_back_files(session: Session) -> events.UndoCompleted | None:
    """Undo what the last turn did to files, by the files that were kept; None where none were."""
    if not session.config.undo.enabled:
        return None
    from octavo.engine.file_undo import file_undo_of, outcome_text

    undo_of_files = file_undo_of(session)
    try:
        done = await undo_of_files.take_back() if undo_of_files is not None else None
    except OSError as error:
        return events.UndoCompleted(success=False, message=f"Failed to undo: {error.strerror or error}.")
    if done is None:
        return None
    return events.UndoCompleted(success=not done[1].left, message=outcome_text(*done))


async def _restore(session: Session, turn: ActiveTurn) -> events.UndoCompleted:
    if not session.history.snapshots:
        return events.UndoCompleted(success=False, message="No ghost snapshot available to undo.")
    snapshot = session.history.snapshots[-1]
    commit = snapshot.ghost_commit
    try:
        await restore_snapshot(turn.context.settings.cwd, commit)
    except GitError as error:
        return events.UndoCompleted(success=False, message=f"Failed to restore snapshot {commit.id}: {error}")
    session.history.snapshots.remove(snapshot)
    return events.UndoCompleted(success=True, message=f"Undo restored snapshot {commit.id[:7]}.")


async def _take(session: Session, turn: ActiveTurn, before: asyncio.Task[None] | None) -> None:
    try:
        await settled(before)
        commit = await create_snapshot(turn.context.settings.cwd)
        session.record(turn.id, [GhostSnapshot(commit)])
    except NotARepository:
        _say(session, turn, "Snapshots disabled: current directory is not a Git repository.")
    except GitError as error:
        _say(session, turn, f"Snapshots disabled after ghost snapshot error: {error}.")
    finally:
        turn.gate.set()


def _say(session: Session, turn: ActiveTurn, text: str) -> None:
    session.emit(turn.id, events.BackgroundEvent(text))
