"""Chat Completions over HTTP (`docs/local-models.md`).

A stored login is never sent on this wire: only what the provider's entry brings.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping

from octavo.config.providers import ModelProvider
from octavo.http.client import HttpClient, HttpResponse
from octavo.http.head import Header
from octavo.http.status import status_text
from octavo.model.backend import ModelRequest
from octavo.model.chat.stream import ChatStream
from octavo.model.errors import FatalModelError, ModelError, RetryableHttp
from octavo.model.event_reader import AnswerBody
from octavo.model.events import ModelEvent
from octavo.model.http_attempt import (
    endpoint,
    missing_key,
    open_answer,
    provider_headers,
    provider_token,
    retry_after,
)
from octavo.model.server_words import words_of_body

_DEFAULT_BASE = "https://api.openai.com/v1"


class ChatBackend:
    """The Chat Completions wire. `environ` holds the variables that providers name for keys and headers."""

    def __init__(self, http: HttpClient, environ: Mapping[str, str]) -> None:
        self._http, self._environ = http, environ

    async def attempt(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """The events of the answer as they come, not yet aggregated.

        Raises `RetryableHttp`, `RetryableTransport` or `FatalModelError`. The connection is
        dropped as soon as the answer is whole or the iterator is closed.
        """
        provider = request.provider
        url = endpoint(provider, _DEFAULT_BASE, "/chat/completions")
        headers = _headers(provider, self._environ, request.subagent)
        async with open_answer(self._http, request, url, headers, _refusal) as response:
            body = AnswerBody(response, provider.stream_idle_timeout_ms / 1000, request.observer)
            try:
                async with contextlib.aclosing(_read_answer(body)) as events:
                    async for event in events:
                        yield event
            except ModelError as error:
                raise FatalModelError(error) from None


async def _read_answer(body: AnswerBody) -> AsyncGenerator[ModelEvent, None]:
    """The events of the answer, however it is framed. Raises `ModelError` for what the server tells as a failure."""
    stream = ChatStream()
    async with contextlib.aclosing(body.events()) as batches:
        async for batch in batches:
            for data in batch:
                if data is body.failure:
                    stream.fail(data)
                for event in stream.feed(data):
                    yield event
                if stream.finished:
                    return
    last = stream.document(body.document) if body.document else stream.last(body.unfinished)
    for event in last:
        yield event


def _headers(provider: ModelProvider, environ: Mapping[str, str], subagent: str | None) -> list[Header]:
    """Raises `FatalModelError` if the variable with the provider's key is not set."""
    token = provider_token(provider, environ)
    if token is None and provider.env_key is not None:
        raise missing_key(provider)
    headers: list[Header] = []
    if token is not None:
        headers.append((b"authorization", b"Bearer " + token.encode("utf-8", "surrogateescape")))
    configured = provider_headers(provider, environ)
    headers += configured
    headers.append((b"accept", b"text/event-stream"))
    if not any(name == b"content-type" for name, _ in configured):
        headers.append((b"content-type", b"application/json"))
    if subagent is not None:
        headers.append((b"x-openai-subagent", subagent.encode("utf-8", "surrogateescape")))
    return headers


def _refusal(response: HttpResponse, body: bytes) -> Exception | None:
    """Where this wire differs: a 401 is final for the attempt, and request ids are not told."""
    if response.status == 401:
        text = body.decode("utf-8", "replace")
        return FatalModelError(ModelError(f"unexpected status {status_text(401)}: {text}"))
    if response.status == 429 or response.status >= 500:
        return RetryableHttp(response.status, retry_after(response), None, words_of_body(body))
    return None
