"""When the loop draws: at once for keys, once for all that comes in a moment, never for nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from octavo.frontends.terminal.app.frame import Frame
from octavo.frontends.terminal.keys.key import Input
from octavo.frontends.terminal.loop import Loop
from octavo.frontends.terminal.screen.screen import Screen
from octavo.frontends.terminal.screen.tty import Tty
from octavo.frontends.terminal.text.styled import line


class Pipes(Tty):
    """Keys come through a pipe; what is written goes nowhere."""

    def __init__(self) -> None:
        self.fd, self.keys = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.lost = False

    def size(self) -> tuple[int, int]:
        return 80, 24

    def raw(self) -> None:
        pass

    def cooked(self) -> None:
        pass

    def write(self, text: str) -> None:
        pass

    @property
    def pending(self) -> int:
        return 0

    def finish(self, seconds: float = 0.0) -> None:
        pass


class Counted:
    """A state that counts its frames."""

    def __init__(self) -> None:
        self.frames = 0
        self.heard = 0
        self.drawn = asyncio.Event()

    def handle(self, value: Input, now: float) -> None:
        self.heard += 1

    def handled(self, now: float) -> None:
        pass

    def tick(self, now: float) -> None:
        pass

    def deadline(self) -> float | None:
        return None

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        self.frames += 1
        self.drawn.set()
        return Frame([], [line(str(self.frames))], (0, 0))


async def frames_of(act: Callable[[Loop, Pipes], None]) -> tuple[Counted, int]:
    """The state after this was done in one moment, and how many frames it brought."""
    tty, state = Pipes(), Counted()
    screen = Screen(tty, {})
    screen.start(ask=False)
    loop = Loop(screen, state)
    running = asyncio.create_task(loop.run())
    await state.drawn.wait()
    before = state.frames
    state.drawn.clear()
    act(loop, tty)
    async with asyncio.timeout(10):
        await state.drawn.wait()
    loop.end()
    await running
    os.close(tty.fd)
    os.close(tty.keys)
    return state, state.frames - before


async def test_events_of_one_moment_are_one_frame() -> None:
    def act(loop: Loop, tty: Pipes) -> None:
        for _ in range(500):
            loop.changed()

    _, frames = await frames_of(act)
    assert frames == 1


async def test_keys_that_come_together_are_all_heard_and_drawn_once() -> None:
    def act(loop: Loop, tty: Pipes) -> None:
        os.write(tty.keys, b"x" * 2000)

    state, frames = await frames_of(act)
    assert (state.heard, frames) == (2000, 1)
