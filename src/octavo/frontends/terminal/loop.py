"""The loop: what was typed becomes inputs, inputs and events change the state, and the state is drawn.

Keys are drawn at once, so that typing is instant; what comes from the agent is drawn at most thirty times a second.
Nothing is drawn, and nobody wakes, while nothing changes (`docs/terminal.md`, "The loop").
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence

from octavo.frontends.terminal.app.frame import State
from octavo.frontends.terminal.keys.key import Input, Key, VersionReply
from octavo.frontends.terminal.screen.surface import KeyParser, Surface

_FRAME_S = 1 / 30
_RESIZE_QUIET_S = 0.04
_STOPPED_AGAIN_S = 0.5
_MANY = 32
"""Inputs in one read, above which somebody pastes."""
_ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Loop:
    """Runs one state on one screen; `signum` says whether a signal has ended it. `parser` may hold half a key."""

    def __init__(self, screen: Surface, state: State, parser: KeyParser | None = None) -> None:
        self.screen, self.state = screen, state
        self.signum: int | None = None
        self._parser = parser or screen.parser()
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._last_frame = 0.0
        self._quiet_until = 0.0
        self._continued_at = float("-inf")
        self._key_deadline: float | None = None
        self._writing = False

    # --- beginning and end ---

    async def run(self) -> None:
        """Until `end` is called, a signal comes or the terminal is gone."""
        fd = self.screen.tty.fd
        self._loop.add_reader(fd, self._readable)
        heard = [number for number in _ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]
        for number in heard:
            self._loop.add_signal_handler(number, self._told_to_end, number)
        if self.screen.reads_lines:  # the terminal itself makes a signal of the key
            self._loop.add_signal_handler(signal.SIGINT, self._take, (Key("c", ctrl=True),))
        self._loop.add_signal_handler(signal.SIGWINCH, self._size_changed)
        self._loop.add_signal_handler(signal.SIGCONT, self._continued)
        try:
            self._readable()
            self.draw()
            await self._over.wait()
        finally:
            self._loop.remove_reader(fd)
            self._loop.remove_writer(fd)
            for timer in (self._timer, self._frame_timer):
                if timer is not None:
                    timer.cancel()
            for number in (*heard, signal.SIGWINCH, signal.SIGCONT):
                self._loop.remove_signal_handler(number)

    def end(self) -> None:
        """Leave `run`."""
        self._over.set()

    @property
    def is_over(self) -> bool:
        """Whether `run` is being left."""
        return self._over.is_set()

    def _told_to_end(self, number: int) -> None:
        if self.signum is not None:  # a second time: at once
            self.screen.end()
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.signum = number
        self._over.set()

    # --- keys ---

    def _readable(self) -> None:
        data = self.screen.tty.read()
        if data is None:
            return
        if not data:
            self._told_to_end(signal.SIGHUP)
            self._loop.remove_reader(self.screen.tty.fd)
            return
        self._take(self._parser.feed(data))

    def _take(self, inputs: Sequence[Input]) -> None:
        now = time.monotonic()
        for value in inputs:
            if isinstance(value, VersionReply):
                self.screen.named(value.name)
            self.state.handle(value, now)
        patience = self._parser.patience
        self._key_deadline = None if patience is None else now + patience
        if inputs:
            self.draw()
            if len(inputs) >= _MANY:
                self.state.handled(time.monotonic())
                self._set_timer(now)
        else:
            self._set_timer(now)

    # --- time ---

    def _set_timer(self, now: float) -> None:
        due = [at for at in (self._key_deadline, self.state.deadline()) if at is not None]
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(max(min(due), now), self._time_has_come) if due else None

    def _time_has_come(self) -> None:
        now = time.monotonic()
        self._timer = None
        if self._key_deadline is not None and now >= self._key_deadline:
            self._take(self._parser.flush())
        deadline = self.state.deadline()
        if deadline is not None and now >= deadline:
            self.state.tick(now)
            self.changed()
        self._set_timer(now)

    # --- frames ---

    def changed(self) -> None:
        """The state has changed: draw it soon."""
        if self._frame_timer is None:
            self._frame_timer = self._loop.call_at(self._last_frame + _FRAME_S, self._draw_now)

    def draw(self) -> None:
        """Draw it now, if the terminal can take it."""
        if self._frame_timer is not None:
            self._frame_timer.cancel()
            self._frame_timer = None
        self._draw_now()

    def _draw_now(self) -> None:
        self._frame_timer = None
        now, screen = time.monotonic(), self.screen
        if self._over.is_set():
            return
        if screen.resized():
            self._quiet_until = now + _RESIZE_QUIET_S
        if now < self._quiet_until:
            self._frame_timer = self._loop.call_at(self._quiet_until, self._draw_now)
            return
        if screen.busy:
            self._wait_for_terminal()
            return
        frame = self.state.frame(screen.columns, screen.lines, now)
        screen.print(frame.history)
        screen.shape_cursor(frame.shape)
        if frame.overlay:
            screen.overlay(frame.rows, frame.cursor)
        else:
            screen.draw(frame.rows, frame.cursor)
        screen.title(frame.title)
        if frame.notification:
            screen.notify(frame.notification, frame.notification_method)
        self._last_frame = now
        if screen.busy:
            self._wait_for_terminal()
        elif screen.printing:
            self._frame_timer = self._loop.call_later(0, self._draw_now)
        self._set_timer(now)

    def _wait_for_terminal(self) -> None:
        if not self._writing:
            self._writing = True
            self._loop.add_writer(self.screen.tty.fd, self._writable)

    def _writable(self) -> None:
        self.screen.tty.flush()
        if not self.screen.busy:
            self._writing = False
            self._loop.remove_writer(self.screen.tty.fd)
            self.draw()

    # --- the terminal changes ---

    def _size_changed(self) -> None:
        self.screen.resized()
        self._quiet_until = time.monotonic() + _RESIZE_QUIET_S
        self.draw()

    def suspend(self) -> None:
        """Stop with our process group, as Ctrl+Z asks; returns when we go on."""
        self.screen.suspend()
        time.sleep(0.02)  # the stop may come a moment after the call
        self._continued_at = time.monotonic()
        self.screen.continued()
        self.draw()

    @contextlib.contextmanager
    def lent(self) -> Iterator[int]:
        """The terminal belongs to another program meanwhile, which gets this descriptor."""
        self._loop.remove_reader(self.screen.tty.fd)
        self.screen.end()  # the live rows go, else they would stand above those drawn after
        terminal = os.open(os.ttyname(self.screen.tty.fd), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            yield terminal
        finally:
            os.close(terminal)
            self._loop.add_reader(self.screen.tty.fd, self._readable)
            self.screen.continued()
            self.changed()

    def _continued(self) -> None:
        if time.monotonic() - self._continued_at > _STOPPED_AGAIN_S:  # another's stop, not our own
            self.screen.continued(in_place=not can_suspend())  # a shell has written its prompt meanwhile
            self.draw()


def can_suspend() -> bool:
    """Whether a shell with job control stands above us, to bring us back."""
    with contextlib.suppress(OSError):
        return os.getsid(os.getppid()) == os.getsid(0) and os.getppid() != 0
    return False
