"""One model call, whatever answers it (`docs/models.md`).

The payload is built once and sent again as it is. Here are the retries of single
attempts and the errors that the agent sees; tries of whole calls are the agent's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import cast

from octavo.http.status import status_text
from octavo.model.backend import ChatPayload, ModelBackend, ModelRequest, ResponsesPayload, Wire
from octavo.model.error_texts import HIGH_DEMAND, retries_used_up
from octavo.model.errors import (
    FatalModelError,
    FinalModelError,
    ModelError,
    RetryableHttp,
    RetryableTransport,
    StreamBroken,
)
from octavo.model.events import CallInputDelta, Completed, ModelEvent, RawReasoningDelta, SummaryDelta, TextDelta
from octavo.model.observer import ModelObserver
from octavo.model.payload import EncodedTools, ModelSettings, build_responses_payload
from octavo.model.prompt import Prompt
from octavo.protocol.ids import ConversationId

_DELTAS = (TextDelta, SummaryDelta, RawReasoningDelta, CallInputDelta)


def random_jitter() -> float:
    """A factor between 0.9 and 1.1, so that many clients do not come back at the same moment."""
    return 0.9 + 0.2 * int.from_bytes(os.urandom(4), "big") / 0xFFFF_FFFF


def turn_backoff(retry: int, jitter: Callable[[], float] = random_jitter) -> float:
    """Seconds to wait before a retry, the first being 1: about 0.2, 0.4, 0.8 and so on. `jitter` gives a factor."""
    return int(200 * 2 ** (retry - 1) * jitter()) / 1000


class ModelClient:
    """Asks one model for one conversation.

    `jitter` gives factors around 1 for waits. Without `deltas` the pieces of items
    are left out. `tools` remembers the JSON of the conversation's tools, where more
    than one client serves it.
    """

    def __init__(
        self,
        backend: ModelBackend,
        settings: ModelSettings,
        conversation_id: ConversationId,
        subagent: str | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random_jitter,
        deltas: bool = True,
        observer: ModelObserver | None = None,
        tools: EncodedTools | None = None,
    ) -> None:
        self._backend, self._settings, self._conversation_id = backend, settings, conversation_id
        self._subagent, self._sleep, self._jitter = subagent, sleep, jitter
        self._deltas, self._observer = deltas, observer
        self._tools = tools or EncodedTools()

    async def call(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        """The events of the answer, as they come, the last one `Completed`.

        Attempts that fail before the answer begins are made again, with waits, as
        often as the provider allows. Closing the iterator ends the request. Raises
        `ModelError`, whose `retryable` tells whether the call may be made again.
        """
        failure: str | None = None
        try:
            wire, payload = self._payload(prompt)
            retries_left, attempt = self._settings.provider.request_max_retries, 0
            while True:
                begun = False
                try:
                    async with aclosing(self._events(wire, payload, attempt)) as events:
                        async for event in events:
                            begun = True
                            yield event
                            if isinstance(event, Completed):
                                return
                    raise StreamBroken("stream closed before response.completed")
                except FatalModelError as error:
                    raise error.error from None
                except (RetryableHttp, RetryableTransport) as error:
                    if begun:
                        raise StreamBroken(str(error)) from None
                    if attempt >= retries_left:
                        raise _given_up(error, wire) from None
                    wait = error.delay if isinstance(error, RetryableHttp) else None
                attempt += 1
                await self._sleep(turn_backoff(attempt, self._jitter) if wait is None else wait)
        except ModelError as error:
            failure = str(error)
            raise
        finally:
            if self._observer is not None:
                self._observer.call_ended(failure)

    def _payload(self, prompt: Prompt) -> tuple[Wire, ResponsesPayload | ChatPayload]:
        if self._settings.provider.wire_api == "responses":
            return "responses", build_responses_payload(prompt, self._settings, self._conversation_id, self._tools)
        if prompt.output_schema is not None:
            raise FinalModelError("unsupported operation: output_schema is not supported for Chat Completions API")
        # Only who uses that wire pays for its import.
        from octavo.model.chat.payload import build_chat_payload

        return "chat", build_chat_payload(prompt, self._settings)

    async def _events(
        self, wire: Wire, payload: ResponsesPayload | ChatPayload, attempt: int
    ) -> AsyncGenerator[ModelEvent, None]:
        """The events of one attempt, as the agent is to see them."""
        request = ModelRequest(
            attempt=attempt,
            wire=wire,
            payload=payload,
            provider=self._settings.provider,
            conversation_id=self._conversation_id,
            subagent=self._subagent,
            deltas=self._deltas,
            observer=self._observer,
        )
        events = self._backend.attempt(request)
        if wire == "chat":
            from octavo.model.chat.aggregate import aggregate_chat

            shown: AsyncIterator[ModelEvent] = aggregate_chat(events, streaming=self._settings.show_raw_reasoning)
        else:
            shown = events
        try:
            async for event in shown:
                if self._deltas or not isinstance(event, _DELTAS):
                    yield event
        finally:
            # Both ends of the chain hold a connection open until they are closed.
            for source in (shown, events):
                if hasattr(source, "aclose"):
                    await cast("AsyncGenerator[ModelEvent, None]", source).aclose()


def _given_up(error: RetryableHttp | RetryableTransport, wire: Wire) -> ModelError:
    """The error after the last attempt."""
    if isinstance(error, RetryableTransport):
        return ModelError(f"Connection failed: {error}")
    if error.status == 500 and wire == "responses":
        return ModelError(HIGH_DEMAND)
    request_id = error.request_id if wire == "responses" else None
    return ModelError(retries_used_up(status_text(error.status), request_id, error.words))
