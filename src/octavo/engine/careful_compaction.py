"""Making room with care (`docs/compaction.md`, "Careful").

Old outputs of tools go first, and often that is enough. Only then is the model asked for a note, and the user's
words, the plan, the files touched and the last steps stay as they are. The saved session tells what went, and
`roll_back` brings it back.
"""

from __future__ import annotations

from collections.abc import Sequence

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.compaction import MAX_USER_BYTES, ask_for_summary, last_assistant_text, told_as_item
from octavo.engine.old_parts import (
    FILES_TITLE,
    NOTE_CLOSE,
    NOTE_OPEN,
    Trimmed,
    newest_plan,
    start_of_last_steps,
    touched_files,
    users_words,
    without_old_outputs,
)
from octavo.engine.session import Session
from octavo.protocol import events
from octavo.protocol.items import InputText, Message, ResponseItem, user_message
from octavo.protocol.middle_cut import BYTES_PER_TOKEN

_LEAST_ROOM, _MOST_ROOM = 2_000, 60_000
"""Bytes of the last steps that stay as they are."""
_ROOM_SHARE = 0.15
_ENOUGH_SHARE = 0.6
"""How full the window may be, of its limit, once old outputs are gone, for no summary to be asked for."""
_MOST_NAMED = 5


async def compact_on_demand(session: Session, turn: ActiveTurn) -> None:
    """The user asks for a summary: one is made, unless nothing has come since the last one."""
    if session.items_after_compaction == len(session.history.items):
        session.emit(turn.id, events.AgentMessage("Nothing has come since the last compaction: nothing is compacted."))
        return
    await _compact(session, turn, tokens=None)


async def compact_full(session: Session, turn: ActiveTurn, tokens: int, *, must_ask: bool) -> bool:
    """The window is full with `tokens`. Whether a summary was asked for: if not, taking out old outputs was enough."""
    return await _compact(session, turn, tokens=None if must_ask else tokens)


async def _compact(session: Session, turn: ActiveTurn, tokens: int | None) -> bool:
    with told_as_item(session, turn):
        return await _make_room(session, turn, tokens)


async def _make_room(session: Session, turn: ActiveTurn, tokens: int | None) -> bool:
    before = tuple(session.history.items)
    limit = turn.context.model.auto_compact_limit
    start = start_of_last_steps(before, _room(limit))
    trimmed = without_old_outputs(before, start)
    if tokens is not None and limit is not None and _is_enough(trimmed, tokens, limit):
        _go_on_with(session, turn, trimmed.items, _without_summary(before, trimmed), trimmed)
        return False
    working = session.history.copy()
    working.replace(trimmed.items)
    if not await ask_for_summary(session, turn, working):
        return True  # told, and nothing was taken away
    summary = last_assistant_text(session.history)
    note = user_message(InputText(_note(before, trimmed, start, summary)))
    kept = (
        *session.initial_items(turn.context.settings),
        *users_words(before[:start], MAX_USER_BYTES),
        *(newest_plan(before[:start]) if not newest_plan(before[start:]) else ()),
        note,
        *before[start:],
    )
    _go_on_with(session, turn, kept, summary, trimmed, others=_others(before, kept, trimmed))
    return True


def _go_on_with(
    session: Session,
    turn: ActiveTurn,
    items: Sequence[ResponseItem],
    summary: str,
    trimmed: Trimmed,
    others: int = 0,
) -> None:
    if trimmed.dropped:
        session.emit(turn.id, events.Warning(_told(trimmed)))
    session.history.replace(items)
    session.items_after_compaction = len(session.history.items)
    session.recorder.record_compacted(summary, items, dropped=trimmed.dropped, others=others)
    session.emit(turn.id, events.AgentMessage("Compact task completed"))


def _room(limit: int | None) -> int:
    share = _MOST_ROOM if limit is None else int(limit * BYTES_PER_TOKEN * _ROOM_SHARE)
    return max(_LEAST_ROOM, min(share, _MOST_ROOM))


def _is_enough(trimmed: Trimmed, tokens: int, limit: int) -> bool:
    freed = sum(output.bytes for output in trimmed.dropped) // BYTES_PER_TOKEN
    return freed > 0 and tokens - freed <= limit * _ENOUGH_SHARE


def _others(before: Sequence[ResponseItem], kept: Sequence[ResponseItem], trimmed: Trimmed) -> int:
    """How many items went besides outputs of tools: what the agent said and thought, its calls."""
    stays = {id(item) for item in kept}
    gone = [item for item in before if id(item) not in stays]
    return sum(not isinstance(item, Message) or item.role == "assistant" for item in gone) - len(trimmed.dropped)


def _told(trimmed: Trimmed) -> str:
    """What went, in one line."""
    count, size = len(trimmed.dropped), sum(output.bytes for output in trimmed.dropped)
    largest = sorted(trimmed.dropped, key=lambda output: -output.bytes)[:_MOST_NAMED]
    named = ", ".join(f"{_one_line(output.call)} ({output.bytes:,})" for output in largest)
    more = f", and {count - len(largest)} more" if count > len(largest) else ""
    outputs = "1 output" if count == 1 else f"{count} outputs"
    return f"Took out old tool output to make room: {outputs}, {size:,} bytes: {named}{more}."


def _one_line(title: str) -> str:
    words = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(title.split()))
    return (words if len(words) <= 60 else f"{words[:59]}…") or "a call"


def _without_summary(before: Sequence[ResponseItem], trimmed: Trimmed) -> str:
    """What stands for the history where a reader knows summaries alone."""
    last = next((item for item in reversed(before) if isinstance(item, Message) and item.role == "assistant"), None)
    said = "".join(getattr(part, "text", "") for part in last.content) if last is not None else ""
    return "\n\n".join(part for part in (_told(trimmed), _files(before), said) if part)


def _files(items: Sequence[ResponseItem]) -> str:
    files = touched_files(items)
    return "\n".join((FILES_TITLE, *(f"- {file}" for file in files))) if files else ""


def _note(before: Sequence[ResponseItem], trimmed: Trimmed, start: int, summary: str) -> str:
    size = sum(output.bytes for output in trimmed.dropped)
    went = f"Of the older steps {len(trimmed.dropped)} outputs of tools went, {size:,} bytes." if size else ""
    parts = (
        f"{NOTE_OPEN} What the user said stands above, word for word, and so does the newest plan. The last steps "
        f"follow below as they were. {went}".rstrip(),
        _files(before),
        "Another model worked on this until now and left this note; build on the work that is done instead of doing "
        "it again:",
        summary or "(no summary available)",
        NOTE_CLOSE,
    )
    return "\n\n".join(part for part in parts if part)
