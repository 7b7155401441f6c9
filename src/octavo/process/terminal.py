"""A command on a terminal of its own, that goes on while nobody waits for it (`docs/tools.md`).

It is started like every other command: confined, leader of its session, gone
when we are. What it prints is kept until somebody collects it, the newest mebibyte.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections.abc import Callable, Mapping, Sequence

from octavo.process.launch import Command, launch
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import NOTHING, SandboxSpec, Unreadable

ROWS, COLUMNS = 24, 80
MAX_UNREAD = 1 << 20
_READ_SIZE = 8192
_READS_AT_ONCE = 64  # more than a terminal holds; a command that never stops printing must not stop everything else


class Terminal:
    """A running command and the terminal that it believes in. `on_output` hears of what it prints, as it comes."""

    def __init__(self, command: Command, master: int, on_output: Callable[[bytes], None] = lambda chunk: None) -> None:
        self._command, self._master, self._on_output = command, master, on_output
        self._loop = asyncio.get_running_loop()
        self._unread = bytearray()
        self._is_open = True
        self.started = self._loop.time()
        os.set_blocking(master, False)
        self._loop.add_reader(master, self._read)
        # What it left in the background has lost its terminal, and ends with it.
        command.exited.add_done_callback(lambda _: command.terminate())
        command.exited.add_done_callback(self._tell_what_was_moved)
        command.gone.add_done_callback(self._tell_what_was_moved)

    @property
    def is_hidden(self) -> bool:
        """Whether what the command may not read is hidden from it, or this machine cannot do that."""
        return self._command.is_hidden

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 1 when a signal ended it."""
        exited = self._command.exited
        if not exited.done():
            return None
        status = exited.result()
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1

    @property
    def seconds(self) -> float:
        """How long it has been there."""
        return self._loop.time() - self.started

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Have this called when the command itself has ended, after its last words; soon, if it has."""

        def ended(_: object) -> None:
            self._read()
            tell()

        self._command.exited.add_done_callback(ended)

    async def wait(self, seconds: float) -> bool:
        """Whether it ended within this time. Raises `SpawnError` if it could not start."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._command.exited)
        return self._command.exited.done()

    async def collect(self, seconds: float) -> bytes:
        """What it printed since the last time, after waiting for this long; its end does not shorten the wait."""
        await asyncio.sleep(seconds)
        return self.take()

    def take(self) -> bytes:
        """What it printed since the last time."""
        output = self.peek()
        self._unread.clear()
        return output

    def peek(self) -> bytes:
        """The same, without taking it away."""
        self._read()
        return bytes(self._unread)

    async def write(self, data: bytes) -> None:
        """Type into the terminal. Raises `OSError` when nobody can read it any more."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._master, view) :]
            except BlockingIOError:
                await self._writable()

    async def end(self) -> None:
        """End all its processes and let go of the terminal."""
        self._hang_up()
        await self._command.end()

    def close(self) -> None:
        """Let go; whatever still runs is hung up."""
        self._hang_up()
        self._command.close()

    def _tell_what_was_moved(self, _: object) -> None:
        for path, to in self._command.moved:
            self._unread += os.fsencode(f"octavo: {moved_text(path, to)}\r\n")
        self._command.moved.clear()

    def _hang_up(self) -> None:
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._master)
            os.close(self._master)

    async def _writable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()

        def note() -> None:
            if not ready.done():
                ready.set_result(None)

        self._loop.add_writer(self._master, note)
        try:
            await ready
        finally:
            self._loop.remove_writer(self._master)

    def _read(self) -> None:
        for _ in range(_READS_AT_ONCE):
            if not self._is_open:
                return
            try:
                data = os.read(self._master, _READ_SIZE)
            except BlockingIOError:
                return
            except OSError:  # the last process let go of the terminal
                data = b""
            if not data:
                self._loop.remove_reader(self._master)
                return
            self._on_output(data)
            self._unread += data
            if len(self._unread) > MAX_UNREAD:
                del self._unread[: len(self._unread) - MAX_UNREAD]


def open_terminal(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    sandbox: SandboxSpec | None,
    unreadable: Unreadable = NOTHING,
    on_output: Callable[[bytes], None] = lambda chunk: None,
) -> Terminal:
    """Start `argv` on a new terminal, in `sandbox`, with what is `unreadable` hidden from it. Raises `OSError`."""
    master, slave = os.openpty()
    streams = (slave, slave, slave)
    with contextlib.ExitStack() as undo:
        undo.callback(os.close, master)
        try:
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            command = launch(
                argv,
                cwd=cwd,
                environ=environ,
                sandbox=sandbox,
                streams=streams,
                terminal=True,
                unreadable=unreadable,
            )
        finally:
            os.close(slave)
        undo.pop_all()
    return Terminal(command, master, on_output)
