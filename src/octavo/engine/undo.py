"""Undo: the work tree as it was before a turn; the conversation stays as it is (`docs/undo.md`)."""

from __future__ import annotations

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.snapshots import settled
from octavo.engine.turn_context import turn_context
from octavo.git.run import GitError
from octavo.git.snapshot import restore_snapshot
from octavo.protocol import events


async def undo(session: Session, submission_id: str) -> None:
    """Restore the newest snapshot, as the conversation's task. Done again, it steps back turn by turn."""
    turn = ActiveTurn(turn_context(session, submission_id))

    async def body() -> None:
        session.emit(turn.id, events.UndoStarted("Undo in progress..."))
        await settled(session.snapshot)
        session.emit(turn.id, await _restore(session, turn))

    await tasks.start(session, turn, body)


async def _restore(session: Session, turn: ActiveTurn) -> events.UndoCompleted:
    if not session.history.snapshots:
        return events.UndoCompleted(success=False, message="No ghost snapshot available to undo.")
    snapshot = session.history.snapshots[-1]
    commit = snapshot.ghost_commit
    try:
        await restore_snapshot(turn.context.cwd, commit)
    except GitError as error:
        return events.UndoCompleted(success=False, message=f"Failed to restore snapshot {commit.id}: {error}")
    session.history.snapshots.remove(snapshot)
    return events.UndoCompleted(success=True, message=f"Undo restored snapshot {commit.id[:7]}.")
