"""Running a command to its end, with its output as it comes (`docs/sandbox.md`).

A command may print as much as it likes. Reads are of 8,192 bytes, and each one is
passed on at once, the first 10,000 of each stream. What is kept of a stream beyond
256 MiB is its beginning and its end: a command that prints for ever must not take
all memory with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from octavo.process.failures import KilledBySignalError, SpawnError
from octavo.process.launch import KILLED, TIMED_OUT, Command, Leftovers, OnOutput, Stream, check_words, launch
from octavo.sandbox.spec import NOTHING, SandboxSpec, Unreadable

OnMoved = Callable[[str, str], None]

_READ_SIZE = 1 << 16
_READS_AT_ONCE = 4  # a full pipe; then the other stream and the rest of the program get their turn
_PIPE_SIZE = _READ_SIZE * _READS_AT_ONCE  # a command that prints much is not stopped after each 64 KiB
_DELTA_SIZE = 8192
_MOST_DELTAS = 10_000
_MOST_KEPT = 256 << 20
_DRAIN_TIME = 2.0  # seconds for output after the end, as a background process may keep a pipe open
_GIVE_UP_AFTER = 3.0  # seconds; then somebody keeps the watcher from its work
_LAST_MOMENT = 0.25  # seconds in which what is about to end anyway may do so by itself
_TIMEOUT_SIGNAL = 64  # stands for a timeout among signals


class CommandOutput(msgspec.Struct, frozen=True):
    """What a command that ran has left: `aggregated` holds both streams in the order of arrival.

    `ended_background` tells that processes which it had left in the background were ended with it. `moved` is what it
    left in places that must stay free, and where that is now: "" if it could not be moved. `is_hidden` is false where
    this machine cannot hide from a command what it may not read.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes
    aggregated: bytes
    duration_seconds: float
    timed_out: bool
    ended_background: bool = False
    moved: tuple[tuple[str, str], ...] = ()
    is_hidden: bool = True


async def run_command(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    sandbox: SandboxSpec | None,
    timeout_ms: int | None,
    on_output: OnOutput,
    on_moved: OnMoved = lambda path, to: None,
    leftovers: Leftovers | None = None,
    stdin: bytes = b"",
    unreadable: Unreadable = NOTHING,
) -> CommandOutput:
    """Run `argv` with nothing but `stdin` to read, in `sandbox`, until it has ended and its output is read.

    After `timeout_ms` all its processes are killed and the exit code is 124. Cancelling ends them too, within a
    second. What it leaves in the background ends with it, or lives on in `leftovers` if they are given. `on_moved`
    hears of what is told as `CommandOutput.moved`, however the command ends. What is `unreadable` is hidden from it.
    Raises `EmptyCommandError`, `SpawnError`, `NulByteError` and `KilledBySignalError`.
    """
    check_words(argv, cwd, environ)
    loop = asyncio.get_running_loop()
    started = loop.time()
    command, output = _start(argv, cwd, environ, sandbox, on_output, stdin, unreadable)
    try:
        status, timed_out = await _exit_of(command, timeout_ms)
        await output.drained()
        ended_background = leftovers is None and await _end_rest(command)
    except asyncio.CancelledError:
        output.ignore()
        await command.end()
        raise
    except BaseException:
        command.close()
        raise
    finally:
        output.close()
        for path, to in command.moved:
            on_moved(path, to)
    if leftovers is not None:
        leftovers.keep(command)
    result = _result(status, timed_out, output, loop.time() - started, ended_background)
    if command.moved or not command.is_hidden:
        return msgspec.structs.replace(result, moved=tuple(command.moved), is_hidden=command.is_hidden)
    return result


def _start(
    argv: Sequence[str],
    cwd: str,
    environ: Mapping[str, str],
    sandbox: SandboxSpec | None,
    on_output: OnOutput,
    stdin: bytes,
    unreadable: Unreadable,
) -> tuple[Command, OutputReader]:
    given = _readable(stdin)
    stdout, stdout_end = _wide_pipe()
    stderr, stderr_end = os.pipe()
    try:
        streams = (given, stdout_end, stderr_end)
        command = launch(argv, cwd=cwd, environ=environ, sandbox=sandbox, streams=streams, unreadable=unreadable)
    except OSError as error:
        os.close(stdout)
        os.close(stderr)
        raise SpawnError(error.errno or 0) from error
    finally:
        for descriptor in (given, stdout_end, stderr_end):
            os.close(descriptor)
    return command, OutputReader(stdout, stderr, on_output)


def _wide_pipe() -> tuple[int, int]:
    ends = os.pipe()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a user may have only so much of them
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    return ends


def _readable(data: bytes) -> int:
    """A descriptor to read these bytes from, however many; a pipe would need somebody who fills it."""
    if not data:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    if sys.platform == "linux":
        descriptor = os.memfd_create("stdin")
    else:
        import tempfile

        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


async def _exit_of(command: Command, timeout_ms: int | None) -> tuple[int, bool]:
    """The wait status, and whether the time was up."""
    try:
        async with asyncio.timeout(None if timeout_ms is None else timeout_ms / 1000):
            return await asyncio.shield(command.exited), False
    except TimeoutError:
        command.kill()
        await asyncio.wait([command.exited], timeout=_GIVE_UP_AFTER)
        return command.exited.result() if command.exited.done() else KILLED, True


async def _end_rest(command: Command) -> bool:
    """End what a command that has exited left in the background; whether there was anything."""
    if command.left_something:
        await asyncio.wait([command.gone], timeout=_LAST_MOMENT)
    was_left = command.left_something and not command.gone.done()
    if was_left:
        await command.end()
    command.close()
    return was_left


def _result(
    status: int, timed_out: bool, output: OutputReader, duration: float, ended_background: bool
) -> CommandOutput:
    signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    timed_out = timed_out or signal == _TIMEOUT_SIGNAL
    if signal and not timed_out:
        raise KilledBySignalError(signal)
    stdout, stderr = (output.streams[name].joined() for name in ("stdout", "stderr"))
    return CommandOutput(
        exit_code=TIMED_OUT if timed_out else os.WEXITSTATUS(status),
        stdout=stdout,
        stderr=stderr,
        aggregated=output.aggregated.joined() if stdout and stderr else stdout or stderr,
        duration_seconds=duration,
        timed_out=timed_out,
        ended_background=ended_background and not timed_out,
    )


class KeptOutput:
    """Output in the order of arrival: all of it, or the first and the last `limit / 2` bytes and how many are gone."""

    def __init__(self, limit: int = _MOST_KEPT) -> None:
        self._half = limit // 2
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._head_room, self._tail_size, self._gone = self._half, 0, 0

    def add(self, chunk: bytes) -> None:
        """Keep one piece more, and let go of an older one if there are too many."""
        if self._head_room > 0:
            self._head.append(chunk)
            self._head_room -= len(chunk)
            return
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        while self._tail_size - len(self._tail[0]) >= self._half:
            dropped = len(self._tail.popleft())
            self._tail_size -= dropped
            self._gone += dropped

    def joined(self) -> bytes:
        """All that is kept; where something is gone a line says how much."""
        gap = b"\n[... %d bytes left out ...]\n" % self._gone if self._gone else b""
        return b"".join([*self._head, gap, *self._tail])


class OutputReader:
    """Reads two pipes as they fill."""

    def __init__(self, stdout: int, stderr: int, on_output: OnOutput) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_output = on_output
        self._open: dict[int, Stream] = {stdout: "stdout", stderr: "stderr"}
        self._finished: asyncio.Future[None] = self._loop.create_future()
        self.streams: dict[Stream, KeptOutput] = {"stdout": KeptOutput(), "stderr": KeptOutput()}
        self.aggregated = KeptOutput()
        self._told: dict[Stream, int] = {"stdout": 0, "stderr": 0}
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
            self._loop.add_reader(descriptor, self._read, descriptor)

    async def drained(self) -> None:
        """Wait for the end of both pipes, two seconds at most."""
        await asyncio.wait([self._finished], timeout=_DRAIN_TIME)

    def ignore(self) -> None:
        """Tell nobody of what still comes; who cleans up before its end may print, and would die of a closed pipe."""
        self._on_output = lambda stream, chunk: None

    def close(self) -> None:
        """Stop reading; harmless a second time."""
        for descriptor in list(self._open):
            self._end(descriptor)

    def _read(self, descriptor: int) -> None:
        stream = self._open[descriptor]
        kept = self.streams[stream]
        for _ in range(_READS_AT_ONCE):
            try:
                chunk = os.read(descriptor, _READ_SIZE)
            except BlockingIOError:
                return
            if not chunk:
                self._end(descriptor)
                return
            kept.add(chunk)
            self.aggregated.add(chunk)
            self._tell(stream, chunk)

    def _tell(self, stream: Stream, chunk: bytes) -> None:
        for start in range(0, len(chunk), _DELTA_SIZE):
            if self._told[stream] == _MOST_DELTAS:
                return
            self._told[stream] += 1
            self._on_output(stream, chunk[start : start + _DELTA_SIZE])

    def _end(self, descriptor: int) -> None:
        del self._open[descriptor]
        self._loop.remove_reader(descriptor)
        os.close(descriptor)
        if not self._open and not self._finished.done():
            self._finished.set_result(None)
