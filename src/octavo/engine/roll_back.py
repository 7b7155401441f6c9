"""Taking back a compaction: the conversation goes on from all that was there (`docs/compaction.md`, "Taking it back").

The saved session holds every line of before, so any compaction can be taken back, the newest first, also one of an
earlier run. What was said and done since stays.
"""

from __future__ import annotations

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.history import History
from octavo.engine.rebuild import rebuild_history
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.rollout.lines import CompactedLine, kind_of
from octavo.rollout.read import LoadedRollout, history_entries, load_rollout

TAKEN_BACK = "The compaction was taken back: the conversation goes on with all that was there before it."


class CannotRollBack(OctavoError):
    """There is no compaction that could be taken back; the text says why."""


async def roll_back_compaction(session: Session, submission_id: str) -> None:
    """A task of its own; told as an error where it cannot be done."""
    if session.active is not None and session.active.task is not None:
        raise CannotRollBack("A compaction cannot be taken back while a turn runs.")
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id), session.new_meter())

    async def body() -> None:
        session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
        _roll_back(session)
        session.emit(turn.id, events.AgentMessage(TAKEN_BACK))

    await tasks.start(session, turn, body)


def _roll_back(session: Session) -> None:
    if not session.recorder.path:
        raise CannotRollBack("Nothing of this conversation is saved: a compaction cannot be taken back.")
    saved = load_rollout(session.recorder.path)
    in_force = compactions_in_force(saved)
    if not in_force:
        raise CannotRollBack("There is no compaction to take back.")
    before, session.history = session.history, History(most_output=session.config.most_tool_output)
    try:
        rebuild_history(session, saved, compactions=frozenset(in_force[:-1]))
    except BaseException:
        session.history = before
        raise
    session.items_after_compaction = None
    session.recorder.record_compacted(TAKEN_BACK, session.history.items, takes_back=True)


def compactions_in_force(saved: LoadedRollout) -> list[int]:
    """Where the lines end that compact and were not taken back, in order."""
    found: list[int] = []
    for end, line in saved.lines_from(0, lambda line: kind_of(line) == "compacted"):
        for entry in history_entries(line):
            if not isinstance(entry, CompactedLine):
                continue
            if not entry.takes_back:
                found.append(end)
            elif found:
                found.pop()
    return found
