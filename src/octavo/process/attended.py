"""A command that somebody attends: its output is told as it comes, its input may be written to while it runs.

Nothing of what it prints is kept here. Whoever is told too much for now holds it, and
then it stops printing. It is started like every other command: confined, leader of its
session, gone when we are.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections import deque
from collections.abc import Mapping, Sequence

from octavo.process.failures import SpawnError
from octavo.process.launch import KILLED, TIMED_OUT, Command, OnOutput, Stream, check_words, launch
from octavo.sandbox.spec import NOTHING, SandboxSpec, Unreadable

MOST_INPUT = 1 << 24
"""Bytes of input that may wait for a command that does not read."""
_READ_SIZE = 1 << 16
_READS_AT_ONCE = 4
_DRAIN_TIME = 2.0  # seconds for output after the end, as a background process may keep a pipe open
_GIVE_UP_AFTER = 3.0  # seconds; then somebody keeps the watcher from its work
_END_OF_INPUT = b"\x04"  # what Ctrl-D types


class InputFull(Exception):
    """More input waits than a command can be expected to read."""


class InputClosed(Exception):
    """The command's input is closed, by us or by the command."""


class Attended:
    """A running command, on two pipes or on a terminal."""

    def __init__(self, command: Command, outputs: Mapping[int, Stream], given: int | None, on_output: OnOutput) -> None:
        """The descriptors are ours now: `outputs` to read from, `given` to write to. A terminal is one of each."""
        self._command, self._on_output = command, on_output
        self._loop = asyncio.get_running_loop()
        self._outputs, self._input = dict(outputs), given
        self._is_terminal = given is not None and os.isatty(given)
        self._to_write: deque[memoryview] = deque()
        self._waiting, self._last_byte = 0, b"\n"
        self._is_closing = self._is_held = False
        self._all_read: asyncio.Future[None] = self._loop.create_future()
        for descriptor in (*self._outputs, *(() if given is None else (given,))):
            os.set_blocking(descriptor, False)
        self._listen()
        if self._is_terminal:  # what it left in the background has lost its terminal, and ends with it
            command.exited.add_done_callback(lambda _: command.terminate())

    @property
    def moved(self) -> Sequence[tuple[str, str]]:
        """Once it is over: what it left in places that must stay free, and where that is now."""
        return self._command.moved

    def write(self, data: bytes) -> None:
        """Give it this to read, in order, whenever it does. Raises `InputClosed` and `InputFull`."""
        if self._input is None or self._is_closing:
            raise InputClosed
        if self._waiting + len(data) > MOST_INPUT:
            raise InputFull
        if data:
            self._last_byte = data[-1:]
            self._queue(data)

    def close_input(self) -> None:
        """Tell it that nothing more comes, as Ctrl-D does on a terminal. Raises `InputClosed`."""
        if self._input is None or self._is_closing:
            raise InputClosed
        if self._is_terminal:
            # Behind a line that was begun, the first only sends that.
            self._queue(_END_OF_INPUT if self._last_byte == b"\n" else _END_OF_INPUT * 2)
        self._is_closing = True
        self._flush()

    def resize(self, rows: int, columns: int) -> None:
        """Give its terminal another size, which the command hears of."""
        if self._input is not None:
            _set_size(self._input, rows, columns)

    def hold(self, *, is_held: bool) -> None:
        """Read nothing more for now, or go on."""
        if is_held != self._is_held:
            self._is_held = is_held
            if is_held:
                self._ignore()
            else:
                self._listen()

    def kill(self) -> None:
        """End all its processes at once; `ended` tells then that they are gone."""
        self._command.kill()

    async def ended(self, timeout_ms: int | None) -> int:
        """Its exit code, once its output is read: 124 when the time was up, 128 and the signal that ended it.

        Cancelling ends it. Raises `SpawnError`.
        """
        try:
            status, timed_out = await self._status(timeout_ms)
            while not self._all_read.done():
                await asyncio.wait({self._all_read}, timeout=_DRAIN_TIME)
                if not self._is_held:
                    break
            await self._command.end()
        except asyncio.CancelledError:
            self._on_output = lambda stream, chunk: None
            await self._command.end()
            raise
        finally:
            self._command.close()
            self._let_go()
        if timed_out:
            return TIMED_OUT
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    async def _status(self, timeout_ms: int | None) -> tuple[int, bool]:
        exited = self._command.exited
        try:
            async with asyncio.timeout(None if timeout_ms is None else timeout_ms / 1000):
                return await asyncio.shield(exited), False
        except TimeoutError:
            self._command.kill()
            await asyncio.wait([exited], timeout=_GIVE_UP_AFTER)
            return exited.result() if exited.done() else KILLED, True

    # --- descriptors --------------------------------------------------------------------------

    def _listen(self) -> None:
        for descriptor in self._outputs:
            self._loop.add_reader(descriptor, self._read, descriptor)

    def _ignore(self) -> None:
        for descriptor in self._outputs:
            self._loop.remove_reader(descriptor)

    def _read(self, descriptor: int) -> None:
        for _ in range(_READS_AT_ONCE):
            try:
                chunk = os.read(descriptor, _READ_SIZE)
            except BlockingIOError:
                return
            except OSError:  # the last process let go of the terminal
                chunk = b""
            if not chunk:
                self._loop.remove_reader(descriptor)
                os.close(descriptor)
                del self._outputs[descriptor]
                if not self._outputs:
                    self._all_read.set_result(None)
                return
            self._on_output(self._outputs[descriptor], chunk)
            if self._is_held:
                return

    def _queue(self, data: bytes) -> None:
        self._to_write.append(memoryview(data))
        self._waiting += len(data)
        if len(self._to_write) == 1:
            self._flush()

    def _flush(self) -> None:
        """Write what can be written now, and close behind the last of it if that is wanted."""
        if self._input is None:
            return
        self._loop.remove_writer(self._input)
        try:
            while self._to_write:
                count = os.write(self._input, self._to_write[0])
                self._waiting -= count
                rest = self._to_write.popleft()[count:]
                if rest:
                    self._to_write.appendleft(rest)
        except BlockingIOError:
            self._loop.add_writer(self._input, self._flush)
            return
        except OSError:  # nobody reads it any more
            self._to_write.clear()
            self._is_closing = True
        if self._is_closing and not self._is_terminal:
            os.close(self._input)
            self._input = None

    def _let_go(self) -> None:
        for descriptor in list(self._outputs):
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
        self._outputs.clear()
        if self._input is not None:
            self._loop.remove_writer(self._input)
            os.close(self._input)
            self._input = None


def attend(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    sandbox: SandboxSpec | None,
    on_output: OnOutput,
    reads_input: bool = False,
    size: tuple[int, int] | None = None,
    unreadable: Unreadable = NOTHING,
) -> Attended:
    """Start a command in `sandbox`: on a terminal of this `size` (rows, columns), or else on pipes.

    What is `unreadable` is hidden from it.

    Its input is empty unless it `reads_input`; a terminal always can. Raises `EmptyCommandError`, `NulByteError` and
    `SpawnError`; that the program itself cannot be run is told by `Attended.ended`.
    """
    check_words(argv, cwd, environ)
    given: int | None = None
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        if size is not None:
            master, slave = _kept(os.openpty(), ours, theirs)
            _set_size(slave, *size)
            given = os.dup(master)
            ours.callback(os.close, given)
            outputs: dict[int, Stream] = {master: "stdout"}
            streams = (slave, slave, slave)
        else:
            stdout, stdout_end = _kept(os.pipe(), ours, theirs)
            stderr, stderr_end = _kept(os.pipe(), ours, theirs)
            if reads_input:
                stdin, given = _kept(os.pipe(), theirs, ours)
            else:
                stdin = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
                theirs.callback(os.close, stdin)
            outputs = {stdout: "stdout", stderr: "stderr"}
            streams = (stdin, stdout_end, stderr_end)
        try:
            command = launch(
                argv,
                cwd=cwd,
                environ=environ,
                sandbox=sandbox,
                streams=streams,
                terminal=size is not None,
                unreadable=unreadable,
            )
        except OSError as error:
            raise SpawnError(error.errno or 0) from error
        ours.pop_all()
    return Attended(command, outputs, given, on_output)


def _kept(ends: tuple[int, int], first: contextlib.ExitStack, second: contextlib.ExitStack) -> tuple[int, int]:
    """The two ends, each to be closed with its stack."""
    first.callback(os.close, ends[0])
    second.callback(os.close, ends[1])
    return ends


def _set_size(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
