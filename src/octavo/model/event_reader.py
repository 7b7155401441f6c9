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
_LARGEST_DOCUMENT = 64 << 20
_LARGEST_EVENT = 64 << 20
_STREAM_LINES = (b":", b"event:", b"id:", b"retry:", b"data:")


class StreamIdle(StreamBroken):
    """The server kept the stream open and said nothing for too long."""

    def __init__(self) -> None:
        super().__init__(IDLE_TEXT)


class AnswerBody:
    """Reads one body. `failure` is the data of an event called `error`, once it has come.

    At the end, `document` is the whole body if it held no event at all, and `unfinished` is the data of
    a last event whose blank line never came.
    """

    def __init__(self, response: HttpResponse, idle_seconds: float, observer: ModelObserver | None = None) -> None:
        self._response, self._idle_seconds, self._observer = response, idle_seconds, observer
        self._stream = EventStream()
        self._unread: list[bytes] | None = []
        self._unread_size = 0
        self.document = self.unfinished = b""

    @property
    def failure(self) -> bytes | None:
        """The data of the first event called `error`."""
        return self._stream.failure

    async def events(self) -> AsyncGenerator[list[bytes], None]:
        """Data of the events, in lists of those that came together.

        `idle_seconds` is the longest silence between two whole events; comments do not
        break a silence. Time that the reader takes for itself does not count.
        """
        loop, observer = asyncio.get_running_loop(), self._observer
        waited_from = loop.time()
        while True:
            chunk = await _next_chunk(self._response, waited_from + self._idle_seconds, observer, waited_from)
            if not chunk:
                self._end()
            elif found := self._feed(chunk, loop.time() - waited_from):
                self._unread = None
                yield found
                waited_from = loop.time()
            elif self._unread is not None:
                self._keep(chunk)
            if self._stream.damage is not None:
                raise _broken(f"UTF8 error: {self._stream.damage}", observer, loop.time() - waited_from)
            if self._stream.unfinished_size > _LARGEST_EVENT:
                size = f"an event of the answer is larger than {_LARGEST_EVENT >> 20} MiB"
                raise _broken(size, observer, loop.time() - waited_from)
            if not chunk:
                return

    def _feed(self, chunk: bytes, waited: float) -> list[bytes]:
        if self._observer is None:
            return self._stream.feed(chunk)
        if named := self._stream.feed_named(chunk):
            _tell(self._observer, named, waited)
        return [data for _, data in named]

    def _keep(self, chunk: bytes) -> None:
        """Something came that is no event yet: it may be an answer of another kind."""
        self._unread_size += len(chunk)
        if self._unread is not None and self._unread_size <= _LARGEST_DOCUMENT:
            self._unread.append(chunk)

    def _end(self) -> None:
        self.unfinished = self._stream.end()
        if not self.unfinished and self._unread:
            body = b"".join(self._unread)
            if any(line.strip() and not line.startswith(_STREAM_LINES) for line in body.split(b"\n")):
                self.document = body


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
