"""One answer of the model: the request with its retries, the stream, and the tools that it calls.

A retry sends the identical prompt again, and nothing of a failed try is
remembered. When the turn is cancelled, or a limit ends the answer, what had been
finished by then is recorded at once and whatever still runs is answered `aborted`.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.stream import AnswerStream
from octavo.engine.tool_batch import ToolBatch
from octavo.model.client import ModelClient, turn_backoff
from octavo.model.errors import AnswerIncomplete, ContextWindowExceeded, ModelError, UsageLimitReached
from octavo.model.prompt import Prompt
from octavo.protocol import events
from octavo.protocol.items import ResponseItem
from octavo.protocol.source import subagent_label
from octavo.protocol.usage import TokenUsage
from octavo.rollout.lines import TurnContextLine
from octavo.tools.context import TurnContext


class Answer(msgspec.Struct, frozen=True):
    """What an answer leaves behind: items in order, each call followed by its output, and the usage if it was told."""

    items: list[ResponseItem]
    called_tools: bool
    usage: TokenUsage | None

    @property
    def tokens_in_window(self) -> int:
        """How much of the window the conversation takes after this answer."""
        return self.usage.in_window if self.usage else 0


async def ask_model(session: Session, turn: ActiveTurn) -> Answer:
    """One request, tried again as long as that may help. Raises `ModelError` when it does not."""
    prompt = _prompt(session, turn.context)
    limit, retries = turn.context.model.provider.stream_max_retries, 0
    while True:
        try:
            return await _attempt(session, turn, prompt)
        except ContextWindowExceeded:
            session.tokens.fill_up(turn.context.model.context_window)
            session.emit_tokens(turn.id)
            raise
        except UsageLimitReached as error:
            session.tokens.take_limits(error.rate_limits)
            session.emit_tokens(turn.id)
            raise
        except ModelError as error:
            if not error.retryable or retries >= limit:
                raise
            retries += 1
            await wait_before_retry(session, turn.id, error, retries, limit)


async def wait_before_retry(session: Session, turn_id: str, error: ModelError, retries: int, limit: int) -> None:
    """Tell the client that the call is tried again, and give the server a moment."""
    from octavo.protocol.asides import RetryCause  # rare

    session.emit(turn_id, RetryCause(str(error)))
    session.emit(turn_id, events.StreamError(f"Reconnecting... {retries}/{limit}"))
    await asyncio.sleep(error.delay if error.delay is not None else turn_backoff(retries, session.services.jitter))


async def _attempt(session: Session, turn: ActiveTurn, prompt: Prompt) -> Answer:
    record_turn_context(session, turn.context)
    batch = ToolBatch(session, turn)
    stream = AnswerStream(session, turn, batch)
    try:
        async with aclosing(model_client(session, turn.context).call(prompt)) as answer:
            async for event in answer:
                stream.take(event)
                if session.broadcast.is_ahead:
                    await session.broadcast.room()
        stream.finish()
        await batch.wait()
        if turn.ending:
            await asyncio.Event().wait()  # the user ended the turn by an answer; the cancellation is on its way
    except asyncio.CancelledError:
        batch.cancel()
        session.record(turn.id, batch.items())
        await batch.reap()
        raise
    except AnswerIncomplete as error:
        batch.cancel()
        await batch.reap()
        session.record(turn.id, batch.items())
        turn.count(error.usage)
        if error.usage is not None:
            session.tokens.add(error.usage, turn.context.model.context_window)
        session.emit_tokens(turn.id)
        raise
    except BaseException:
        batch.cancel()
        await batch.reap()
        raise
    if diff := turn.unified_diff():
        session.emit(turn.id, events.TurnDiff(diff))
    return Answer(batch.items(), batch.has_calls, stream.usage)


def model_client(session: Session, turn: TurnContext) -> ModelClient:
    """The client for the turn's model, on the conversation's backend."""
    return ModelClient(
        session.services.backend,
        turn.model,
        session.id,
        subagent=subagent_label(session.services.source),
        jitter=session.services.jitter,
        deltas=session.services.deltas,
        observer=session.model_observer(turn),
        tools=session.encoded_tools,
    )


def record_turn_context(session: Session, turn: TurnContext) -> None:
    """Save the settings of a request, before it is sent."""
    settings = turn.settings
    session.recorder.record_turn_context(
        TurnContextLine(
            settings.cwd,
            settings.approval_policy,
            settings.sandbox_policy,
            settings.model,
            settings.effort if settings.effort is not None else msgspec.UNSET,
            settings.summary,
            session.config.model_provider_id if session.names_provider else msgspec.UNSET,
        )
    )


def _prompt(session: Session, turn: TurnContext) -> Prompt:
    view = session.history.view(text_form=turn.toolbox.offers_freeform_patch)
    return Prompt(
        view.items,
        view.encoded,
        turn.toolbox.offered,
        turn.config.base_instructions,
        turn.output_schema,
        turn.model.family.supports_parallel_tool_calls,
    )
