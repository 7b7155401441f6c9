"""How long a stream may be silent, in a loop whose clock jumps instead of waiting."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, cast

import pytest
from model_server import completed, message, sse

from octavo.http.client import HttpResponse
from octavo.model.errors import FatalModelError
from octavo.model.event_reader import AnswerBody, StreamIdle


class JumpingSelector(selectors.DefaultSelector):
    """Never waits: says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run(main: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


class Talker:
    """A body whose pieces come after waits."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self._pieces = list(pieces)

    async def next_chunk(self) -> bytes:
        if not self._pieces:
            return b""
        wait, piece = self._pieces.pop(0)
        await asyncio.sleep(wait)
        return piece

    def header(self, name: str) -> str | None:
        return None


async def read(idle: float, *pieces: tuple[float, bytes], pause: float = 0) -> tuple[int, float]:
    """How many events came, and after how many seconds the body or the patience was over (then minus)."""
    loop, count = asyncio.get_running_loop(), 0
    started = loop.time()
    try:
        async for batch in AnswerBody(cast("HttpResponse", Talker(*pieces)), idle).events():
            count += len(batch)
            await asyncio.sleep(pause)
    except FatalModelError as error:
        if not isinstance(error.error, StreamIdle):
            raise
        return count, -(loop.time() - started)
    return count, loop.time() - started


def test_comments_do_not_break_a_silence() -> None:
    pings = [(40.0, b": ping\n\n")] * 20
    count, seconds = run(read(300, *pings))
    assert (count, round(seconds)) == (0, -300)


def test_events_that_mean_nothing_break_it() -> None:
    waits = [(250.0, sse({"type": "response.in_progress"}))] * 4
    assert run(read(300, *waits)) == (4, pytest.approx(1000))


def test_pieces_of_an_event_do_not_break_it() -> None:
    event = sse(message("hello"))
    count, seconds = run(read(300, *[(40.0, event[place : place + 5]) for place in range(0, len(event), 5)]))
    assert (count, round(seconds)) == (0, -300)


def test_the_clock_starts_anew_at_every_whole_event() -> None:
    event = sse(completed())
    assert run(read(300, (299, event), (299, event), (299, event[:9]), (0.5, event[9:]))) == (3, pytest.approx(897.5))


def test_time_that_the_reader_takes_is_no_silence() -> None:
    event = sse(completed())
    assert run(read(300, (1, event), (299, event), pause=1000)) == (2, pytest.approx(2300))


def test_an_event_that_never_ends_is_not_gathered_for_ever() -> None:
    endless = [(0.1, b"x" * (1 << 20))] * 100
    with pytest.raises(FatalModelError) as caught:
        run(read(300, (0, b"data: "), *endless))
    assert (
        str(caught.value.error) == "stream disconnected before completion: an event of the answer is larger than 64 MiB"
    )


def test_many_large_events_are_no_endless_one() -> None:
    large = b"data: " + b"x" * (40 << 20) + b"\n\n"
    assert run(read(300, (1, large), (1, large), (1, large))) == (3, pytest.approx(3))
