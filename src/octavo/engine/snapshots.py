"""Snapshots of the work tree at the start of a turn, so that it can be undone (`docs/undo.md`).

A turn without tools may be over before its snapshot is. Snapshots are made one
after the other, in the order of their turns, and `settled` waits for the last.
"""

from __future__ import annotations

import asyncio

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.git.run import GitError
from octavo.git.snapshot import NotARepository, create_snapshot
from octavo.protocol import events
from octavo.protocol.items import GhostSnapshot


def start(session: Session, turn: ActiveTurn) -> None:
    """Begin the snapshot; the turn's tools wait until it has ended, well or badly."""
    turn.gate.clear()
    session.snapshot = session.spawn(_take(session, turn, session.snapshot))
    turn.background.append(session.snapshot)


async def settled(snapshot: asyncio.Task[None] | None) -> None:
    """Wait until the snapshot and all before it have ended, well or badly."""
    if snapshot is not None:
        await asyncio.wait({snapshot})


async def _take(session: Session, turn: ActiveTurn, before: asyncio.Task[None] | None) -> None:
    try:
        await settled(before)
        commit = await create_snapshot(turn.context.cwd)
        session.record(turn.id, [GhostSnapshot(commit)])
    except NotARepository:
        _say(session, turn, "Snapshots disabled: current directory is not a Git repository.")
    except GitError as error:
        _say(session, turn, f"Snapshots disabled after ghost snapshot error: {error}.")
    finally:
        turn.gate.set()


def _say(session: Session, turn: ActiveTurn, text: str) -> None:
    session.emit(turn.id, events.BackgroundEvent(text))
