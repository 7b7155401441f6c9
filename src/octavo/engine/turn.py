"""The turn loop: ask the model, run what it calls, show it the results, until it calls nothing more.

On the way from the user's words to the model it stands in the middle: before it
`Conversation.submit`, `operations.handle` and `tasks.start`, behind it `answer.ask_model`,
`ModelClient.call` and `ModelBackend.attempt`. The way back is events.
`docs/architecture.md` has every hop.

What holds at every await: the user's message and each finished answer are
recorded before the next request goes out, and a cancelled turn records what was
complete (`answer.py`), so no words of the user and no results are lost.
`docs/turns.md` states the order of events.
"""

from __future__ import annotations

from typing import Literal

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.answer import Answer, ask_model
from octavo.engine.session import Session
from octavo.engine.user_message import show_user_message
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.items import InputText, Message, OutputText, user_message
from octavo.protocol.session_prefix import is_session_prefix

Compacted = Literal["trimmed", "summarized"] | None
"""How room was made for the answer that comes next; None if it was not."""


async def run_turn(session: Session, turn: ActiveTurn, message: Message | None) -> str | None:
    """Work on the user's message, or on input that waits, until the model is done; its last words, if it had any."""
    session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
    if message is not None:
        show_user_message(session, turn, message)
    start_snapshot(session, turn, message)
    compacted: Compacted = None
    while True:
        record_input(session, turn)
        keep_to_limits(session, turn)
        await follow_changed_tools(session, turn)
        answer = await ask_model(session, turn)
        session.record(turn.id, answer.items)
        watch_for_loops(turn, answer)
        if fills_the_window(answer, turn):
            keep_to_limits(session, turn)
            if compacted == "summarized":
                raise StillTooLong(turn.context.model.auto_compact_limit, answer.tokens_in_window)
            compacted = await compact_inside(session, turn, answer.tokens_in_window, compacted)
        elif answer.called_tools or turn.has_input:
            compacted = None
        else:
            last_words = last_text(answer)
            if await goes_on(session, turn, last_words):
                continue
            notify_user(session, turn, last_words)
            return last_words


class StillTooLong(OctavoError):
    """A summary did not make enough room."""

    def __init__(self, limit: int | None, tokens: int) -> None:
        super().__init__(
            "Conversation is still above the token limit after automatic summarization "
            f"(limit {limit}, current {tokens}). Please start a new session or trim your input."
        )


def record_input(session: Session, turn: ActiveTurn) -> None:
    """Record what was said, or attached by tools, since the last request."""
    if pending := turn.take_input():
        session.record(turn.id, pending)
        turn.said += [item for item in pending if isinstance(item, Message) and not is_session_prefix(item)]


def keep_to_limits(session: Session, turn: ActiveTurn) -> None:
    """Raise `LimitReached` where the model may not be asked again; the user's words are recorded then."""
    if turn.meter is not None:
        from octavo.engine.limits import stop_at_limit

        stop_at_limit(turn, lambda: record_input(session, turn))


def watch_for_loops(turn: ActiveTurn, answer: Answer) -> None:
    """Notice calls that repeat with the same result, if the user wants that."""
    limits = turn.context.config.limits
    if limits is not None and limits.loop_guard:
        from octavo.engine.loop_guard import watch

        watch(turn, answer.items)


async def follow_changed_tools(session: Session, turn: ActiveTurn) -> None:
    """Offer what MCP servers have by now; they may have said since the last request that it changed."""
    if session.mcp is not None:
        from octavo.engine.mcp_servers import follow_mcp_tools

        await follow_mcp_tools(session, turn)


def fills_the_window(answer: Answer, turn: ActiveTurn) -> bool:
    """Whether it is time for a summary."""
    limit = turn.context.model.auto_compact_limit
    return answer.usage is not None and limit is not None and answer.tokens_in_window >= limit


async def goes_on(session: Session, turn: ActiveTurn, last_words: str | None) -> bool:
    """Whether a hook has something more to say to a model that is done."""
    if session.hooks is None or session.services.depth > 0:
        return False
    words = await session.hooks.stop(session.id, turn.id, last_words)
    if words:
        turn.add_input(user_message(InputText(words)))
    return bool(words)


def last_text(answer: Answer) -> str | None:
    """The text that ends the last assistant message of the answer."""
    for item in reversed(answer.items):
        if isinstance(item, Message) and item.role == "assistant":
            texts = [part.text for part in item.content if isinstance(part, OutputText)]
            return texts[-1] if texts else None
    return None


def start_snapshot(session: Session, turn: ActiveTurn, message: Message | None) -> None:
    """Begin to keep what is there before the turn, if the user wants it; tools wait for it, the model does not."""
    if turn.context.config.undo.enabled:
        from octavo.engine.file_undo import file_undo_of

        if undo_of_files := file_undo_of(session):
            undo_of_files.turn_begins(turn, message)
    if turn.context.config.features.ghost_commit:
        from octavo.engine import undo

        undo.start_snapshot(session, turn)


async def compact_inside(session: Session, turn: ActiveTurn, tokens: int, before: Compacted) -> Compacted:
    """Make room without leaving the turn; what was done, when `before` was done right before."""
    from octavo.engine.compaction import between_hooks, compact

    if session.config.compaction == "careful":
        from octavo.engine.careful_compaction import compact_full

        full = compact_full(session, turn, tokens, must_ask=before is not None)
        return "summarized" if await between_hooks(session, turn, "auto", full) else "trimmed"
    await between_hooks(session, turn, "auto", compact(session, turn))
    return "summarized"


def notify_user(session: Session, turn: ActiveTurn, last_words: str | None) -> None:
    """Start the user's notification program, if there is one."""
    if turn.context.config.notify:
        from octavo.engine.notify import start_program

        start_program(session, turn, last_words)
