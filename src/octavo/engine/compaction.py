"""Making room in the model's window: a summary takes the place of the conversation (`docs/compaction.md`).

The user's own words are kept beside the summary. Until the summary is there
nothing is taken away, so a failed compaction costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, TypeVar

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.answer import model_client, record_turn_context, wait_before_retry
from octavo.engine.history import History
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.errors import OctavoError
from octavo.model import events as model
from octavo.model.errors import ContextWindowExceeded, EmptyAnswer, ModelError
from octavo.model.instructions import read_prompt
from octavo.model.prompt import Prompt
from octavo.protocol import events
from octavo.protocol.asides import CompactionEnded, CompactionStarted
from octavo.protocol.items import InputText, Message, OutputText, ResponseItem, message_text, user_message
from octavo.protocol.middle_cut import JoinedTexts

if TYPE_CHECKING:
    from octavo.tools.hooks import Trigger

T = TypeVar("T")

MAX_USER_BYTES = 80_000

TEMPLATE = """\
This conversation was cut short to make room. Everything that the user has said so far stands between the lines:

----- the user's messages -----
{messages}
----- end of the user's messages -----

Another model worked on this until now. Its plan, its files and the state of its tools are as it left them. \
It left this note for you; build on the work that is done instead of doing it again:

{summary}
"""


Compaction = Callable[[Session, ActiveTurn], Coroutine[None, None, object]]


async def manual_compaction(session: Session, submission_id: str, compaction: Compaction) -> None:
    """The user asks for a summary. While a turn runs, the request for it joins the turn as text."""
    prompt = user_message(InputText(compact_prompt(session)))
    if session.active is not None and session.active.task is not None:
        session.active.add_input(prompt)
        return
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id), session.new_meter())

    async def body() -> None:
        session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
        await between_hooks(session, turn, "manual", compaction(session, turn))

    await tasks.start(session, turn, body)


class StoppedByHook(OctavoError):
    """A hook of the user did not want room to be made."""


async def between_hooks(
    session: Session, turn: ActiveTurn, trigger: Trigger, compaction: Coroutine[None, None, T]
) -> T:
    """The compaction, unless a hook has a reason against it. Raises `StoppedByHook`."""
    hooks, before = session.rarer_hooks, session.history.items
    if hooks is not None and (reason := await hooks.pre_compact(turn.id, trigger)) is not None:
        compaction.close()
        raise StoppedByHook(f"the compaction was stopped by a hook: {reason}")
    done = await compaction
    if hooks is not None and session.history.items is not before:
        await hooks.post_compact(turn.id, trigger)
    return done


async def compact(session: Session, turn: ActiveTurn) -> None:
    """Ask for a summary and go on from it. A failure is told and changes nothing."""
    with told_as_item(session, turn):
        if not await ask_for_summary(session, turn, session.history.copy()):
            return
        summary = last_assistant_text(session.history)
        session.history.replace(
            compacted_history(session.initial_items(turn.context.settings), session.history.user_messages(), summary)
        )
        session.recorder.record_compacted(summary)
        session.emit(turn.id, events.AgentMessage("Compact task completed"))


@contextmanager
def told_as_item(session: Session, turn: ActiveTurn) -> Iterator[None]:
    """Tell listeners that know of it where the compaction begins and ends."""
    item_id = session.new_item_id()
    session.emit(turn.id, CompactionStarted(item_id))
    try:
        yield
    finally:
        session.emit(turn.id, CompactionEnded(item_id))


def compacted_history(
    initial: Sequence[ResponseItem], user_messages: Iterable[Message], summary: str
) -> list[ResponseItem]:
    """The history that goes on from a summary: the initial context and one message in the user's name."""
    words = users_words()
    for message in user_messages:
        words.add(message_text(message))
    return [*initial, bridge(words, summary)]


def users_words() -> JoinedTexts:
    """What the user has said, to be filled: as much of it is kept as the bridge shows."""
    return JoinedTexts(MAX_USER_BYTES)


def bridge(words: JoinedTexts, summary: str) -> Message:
    """The message that leads from before the summary to after it."""
    messages = words.cut() or "(none)"
    note = summary or "(no summary available)"
    return user_message(InputText(TEMPLATE.format(messages=messages, summary=note)))


def compact_prompt(session: Session) -> str:
    """What asks for the summary: the user's text, or ours."""
    return session.config.compact_prompt or read_prompt("compact")


async def ask_for_summary(session: Session, turn: ActiveTurn, working: History) -> bool:
    """Whether the model answered about `working`. What it said is then the newest item of the session's history."""
    working.record([user_message(InputText(compact_prompt(session)))])
    record_turn_context(session, turn.context)
    limit, retries, dropped = turn.context.model.provider.stream_max_retries, 0, 0
    while True:
        try:
            await _drain(session, turn, working)
        except ContextWindowExceeded as error:
            if len(working.items) > 1:
                working.drop_oldest()
                dropped, retries = dropped + 1, 0
                continue
            session.tokens.fill_up(turn.context.model.context_window)
            session.emit_tokens(turn.id)
            return _give_up(session, turn, error)
        except EmptyAnswer:
            break  # the last words of before stand for the summary
        except ModelError as error:
            if not error.retryable or retries >= limit:
                return _give_up(session, turn, error)
            retries += 1
            await wait_before_retry(session, turn.id, error, retries, limit)
        else:
            break
    if dropped:
        session.emit(
            turn.id,
            events.BackgroundEvent(
                f"Trimmed {dropped} older conversation item(s) before compacting "
                "so the prompt fits the model context window."
            ),
        )
    return True


def _give_up(session: Session, turn: ActiveTurn, error: ModelError) -> bool:
    session.emit(turn.id, events.Error(str(error)))
    return False


async def _drain(session: Session, turn: ActiveTurn, working: History) -> None:
    """Read the whole answer; its items are remembered, not shown. An interruption leaves nothing of them."""
    view = working.view(text_form=False)
    items: list[ResponseItem] = []
    try:
        async with aclosing(model_client(session, turn.context).call(Prompt(view.items, view.encoded))) as answer:
            async for event in answer:
                match event:
                    case model.ItemDone():
                        items.append(event.item)
                    case model.RateLimits():
                        session.tokens.take_limits(event.snapshot)
                        session.emit_tokens(turn.id)
                    case model.Completed():
                        turn.count(event.usage)
                        session.tokens.add(event.usage, turn.context.model.context_window)
                        session.emit_tokens(turn.id)
    except ModelError:
        session.history.record(items)
        raise
    session.history.record(items)


def last_assistant_text(history: History) -> str:
    """What the agent said last; empty if nothing."""
    for item in reversed(history.items):
        if isinstance(item, Message) and item.role == "assistant":
            texts = [part.text for part in item.content if isinstance(part, OutputText)]
            if texts:
                return texts[-1]
    return ""
