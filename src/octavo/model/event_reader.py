"""The events of an answer's body, as they arrive (`docs/models.md`).

What may go wrong here ends the whole call, not the attempt: it is raised as
`FatalModelError` around `StreamBroken`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import msgspec

from octavo.http.client import HttpResponse
from octavo.http.wire import TransportError
from octavo.model.errors import FatalModelError, StreamBroken
from octavo.model.observer import ModelObserver
from octavo.model.sse import EventStream

IDLE_TEXT = "idle timeout waiting for SSE"


class StreamIdle(StreamBroken):
    """The server kept the stream open and said nothing for too long."""

    def __init__(self) -> None:
        super().__init__(IDLE_TEXT)


async def read_events(
    response: HttpResponse, idle_seconds: float, observer: ModelObserver | None = None
) -> AsyncGenerator[list[bytes], None]:
    """Data of the events, in lists of those that came together.

    `idle_seconds` is the longest silence between two whole events; comments do not
    break a silence. Time that the reader takes for itself does not count.
    """
    stream, loop = EventStream(), asyncio.get_running_loop()
    waited_from = loop.time()
    while True:
        chunk = await _next_chunk(response, waited_from + idle_seconds, observer, waited_from)
        if not chunk:
            stream.end()
        elif observer is None:
            if events := stream.feed(chunk):
                yield events
                waited_from = loop.time()
        elif named := stream.feed_named(chunk):
            _tell(observer, named, loop.time() - waited_from)
            yield [data for _, data in named]
            waited_from = loop.time()
        if stream.damage is not None:
            raise _broken(f"UTF8 error: {stream.damage}", observer, loop.time() - waited_from)
        if not chunk:
            return


async def _next_chunk(
    response: HttpResponse, deadline: float, observer: ModelObserver | None, waited_from: float
) -> bytes:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(deadline):
            return await response.next_chunk()
    except TimeoutError:
        if observer is not None:
            observer.event_read(None, int((loop.time() - waited_from) * 1000), IDLE_TEXT)
        raise FatalModelError(StreamIdle()) from None
    except TransportError as error:
        reason = f"Transport error: Error while reading the server response: {error}"
        if request_id := response.header("cf-ray"):
            reason += f", request id: {request_id}"
        raise _broken(reason, observer, loop.time() - waited_from) from None


def _broken(reason: str, observer: ModelObserver | None, waited: float) -> FatalModelError:
    if observer is not None:
        observer.event_read(None, int(waited * 1000), reason)
    return FatalModelError(StreamBroken(reason))


def _tell(observer: ModelObserver, named: list[tuple[str, bytes]], waited: float) -> None:
    """Tell of events that came together: the first one was waited for."""
    for name, data in named:
        error = None
        if name == "response.failed":
            error = data.decode()
        elif data.strip() != b"[DONE]":
            try:
                msgspec.json.decode(data, type=msgspec.Raw)
            except (msgspec.DecodeError, RecursionError) as problem:
                error = str(problem)
        observer.event_read(name, int(waited * 1000), error)
        waited = 0.0


def monotonic_ms(since: float) -> int:
    """Whole milliseconds since a reading of `time.monotonic`."""
    return int((time.monotonic() - since) * 1000)
