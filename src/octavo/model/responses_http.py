"""The Responses wire over HTTP (`docs/models.md`).

The only part that knows addresses, headers and logins of that wire. On a 401 it gets
fresh tokens for a stored ChatGPT login before the attempt counts as failed.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing

from octavo.auth.current import Auth, CurrentLogin
from octavo.auth.tokens import AuthError
from octavo.http.client import HttpClient, HttpResponse
from octavo.http.head import Header
from octavo.model.backend import ModelRequest
from octavo.model.error_body import read_refusal
from octavo.model.error_texts import NOT_INCLUDED, usage_limit_text
from octavo.model.errors import FatalModelError, FinalModelError, ModelError, RetryableHttp, UsageLimitReached
from octavo.model.event_reader import AnswerBody, StreamIdle
from octavo.model.events import Completed, ModelEvent, RateLimits
from octavo.model.http_attempt import endpoint, missing_key, open_answer, provider_headers, provider_token
from octavo.model.observer import ModelObserver
from octavo.model.rate_limits import rate_limits_from
from octavo.model.responses_stream import ResponsesStream, is_delta
from octavo.model.sse import EventStream

OPENAI_BASE = "https://api.openai.com/v1"
CHATGPT_BASE = "https://chatgpt.com/backend-api/codex"
FIXTURE_VARIABLE = "CODEX_RS_SSE_FIXTURE"


class ResponsesBackend:
    """Posts the payload and reads the event stream. `now` gives Unix seconds, for times in messages."""

    def __init__(
        self,
        http: HttpClient,
        auth: CurrentLogin,
        environ: Mapping[str, str],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._http, self._auth, self._environ, self._now = http, auth, environ, now

    async def attempt(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `ModelBackend.attempt`."""
        if fixture := self._environ.get(FIXTURE_VARIABLE):
            for event in _replay(fixture, request):
                yield event
            return
        url, headers = await self._address(request)
        auth = self._auth.auth
        try:
            async with open_answer(self._http, request, url, headers, self._refusal) as response:
                yield RateLimits(rate_limits_from(response.header), response.header("openai-model"))
                async with aclosing(_read_answer(response, request)) as events:
                    async for event in events:
                        yield event
        except RetryableHttp as error:
            if error.status == 401 and auth is not None and auth.mode == "chatgpt":
                await self._refresh(auth)
            raise

    async def _address(self, request: ModelRequest) -> tuple[str, list[Header]]:
        """Where the request goes, and with which headers."""
        provider = request.provider
        token = provider_token(provider, self._environ)
        base = OPENAI_BASE
        if token is None and self._auth.auth is not None:
            if self._auth.auth.mode == "chatgpt":
                base = CHATGPT_BASE
            try:
                token = await self._auth.bearer()
            except AuthError as error:
                raise FatalModelError(ModelError(str(error))) from None
        elif token is None and provider.env_key:
            raise missing_key(provider)
        return endpoint(provider, base, "/responses"), self._headers(request, token)

    def _headers(self, request: ModelRequest, token: str | None) -> list[Header]:
        bearer = [] if token is None else [(b"authorization", b"Bearer " + os.fsencode(token))]
        headers = [*bearer, *provider_headers(request.provider, self._environ)]
        conversation = request.conversation_id.encode()
        headers += [
            (b"conversation_id", conversation),
            (b"session_id", conversation),
            (b"accept", b"text/event-stream"),
        ]
        if not any(name == b"content-type" for name, _ in headers):
            headers.append((b"content-type", b"application/json"))
        if self._auth.auth is not None and (account := self._auth.auth.account_id) is not None:
            headers.append((b"chatgpt-account-id", account.encode()))
        if request.subagent is not None:
            headers.append((b"x-openai-subagent", request.subagent.encode()))
        return headers

    def _refusal(self, response: HttpResponse, body: bytes) -> FatalModelError | None:
        """What a 429 means beyond "later": the plan's limit is used up, or the plan does not include this."""
        if response.status != 429:
            return None
        error = read_refusal(body)
        if error.type == "usage_not_included":
            return FatalModelError(FinalModelError(NOT_INCLUDED))
        if error.type != "usage_limit_reached":
            return None
        plan = error.plan_type
        if plan is None and self._auth.auth is not None:
            plan = self._auth.auth.claims.plan
        text = usage_limit_text(plan, error.resets_at, self._now())
        return FatalModelError(UsageLimitReached(text, rate_limits_from(response.header)))

    async def _refresh(self, auth: Auth) -> None:
        try:
            await self._auth.refresh(auth.tokens.access_token if auth.tokens else None)
        except AuthError as error:
            text = f"Fatal error: Failed to refresh ChatGPT credentials: {error}"
            raise FatalModelError(FinalModelError(text)) from None


async def _read_answer(response: HttpResponse, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
    stream = ResponsesStream(request.deltas)
    body = AnswerBody(response, request.provider.stream_idle_timeout_ms / 1000, request.observer)
    try:
        async with aclosing(body.events()) as batches:
            async for batch in batches:
                for data in batch if request.deltas else _without_deltas(batch, stream):
                    event = stream.feed(data)
                    if event is not None:
                        yield event
    except FatalModelError as error:
        # A server that keeps the connection open after a whole answer has still answered.
        if not (isinstance(error.error, StreamIdle) and stream.is_complete):
            raise
    if body.document:
        stream.document(body.document)
    elif body.failure is not None:
        stream.fail(body.failure)
    for event in _end(stream, request.observer):
        yield event


def _without_deltas(batch: list[bytes], stream: ResponsesStream) -> list[bytes]:
    """Tens of thousands of deltas that nobody reads must cost next to nothing."""
    others = [data for data in batch if not is_delta(data)]
    if not stream.has_content and len(others) < len(batch):
        read = set(others)  # empty for nearly all batches
        stream.skipped([data for data in batch if data not in read] if read else batch)
    return others


def _end(stream: ResponsesStream, observer: ModelObserver | None) -> Iterator[ModelEvent]:
    try:
        for event in stream.end():
            if observer is not None and isinstance(event, Completed) and event.usage is not None:
                observer.answer_completed(event.usage)
            yield event
    except ModelError as error:
        if observer is not None:
            observer.event_read("response.completed", None, str(error))
        raise FatalModelError(error) from None


def _replay(path: str, request: ModelRequest) -> list[ModelEvent]:
    """The events of a file whose every line is an event: a stand-in for the server, for tests."""
    try:
        with open(path, "rb") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise FatalModelError(ModelError(f"{error.strerror} (os error {error.errno})")) from None
    source, stream = EventStream(), ResponsesStream(request.deltas)
    events = [stream.feed(data) for data in source.feed(b"".join(line + b"\n\n" for line in lines))]
    return [*(event for event in events if event is not None), *_end(stream, request.observer)]
