"""Our end of the launcher: asking it for a command, and hearing what becomes of it (`process/launcher`)."""

from __future__ import annotations

import array
import asyncio
import contextlib
import marshal
import os
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from octavo.process.failures import EmptyCommandError, NulByteError, SpawnError
from octavo.process.launcher_spawn import hand_over, launcher
from octavo.sandbox.spec import NOTHING, SandboxSpec, Unreadable, confinement, platform_sandbox

Stream = Literal["stdout", "stderr"]
OnOutput = Callable[[Stream, bytes], None]

_STARTED, _SPAWN_FAILED, _EXITED, _EXITED_FIRST, _MOVED, _NOT_HIDDEN = 1, 2, 3, 4, 5, 6
_RECORD = struct.Struct("ii")
_GONE_WITHIN = 3.5  # seconds: one for SIGTERM, two for SIGKILL, and some to hear of it
KILLED = 9
"""The wait status of a command of which nothing more can be heard."""
TIMED_OUT = 124
"""The exit code of a command whose time was up."""


class Command:
    """A started command and all processes that come from it."""

    def __init__(self, channel: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._channel = channel
        self._loop = loop
        self._unread = b""
        self.process_id: int | None = None
        self.exited: asyncio.Future[int] = loop.create_future()
        """The wait status of the command itself; `SpawnError` if it could not be started."""
        self.left_something = False
        """Once it has exited: whether anything that it started still ran then."""
        self.gone: asyncio.Future[None] = loop.create_future()
        """Done when nothing that the command started is left."""
        self.moved: list[tuple[str, str]] = []
        """Once it is gone: what it left in places that must stay free, and where that is now ("" if still there)."""
        self.is_hidden = True
        """Once it has started: whether what it may not read is hidden from it, or this machine cannot do that."""
        loop.add_reader(channel.fileno(), self._hear)

    def terminate(self) -> None:
        """End all its processes: SIGTERM now, SIGKILL after a second."""
        self._order(b"T")

    def kill(self) -> None:
        """End all its processes at once."""
        self._order(b"K")

    async def end(self) -> None:
        """Terminate and wait until nothing is left; a second cancellation kills at once. Harmless a second time."""
        if self._channel.fileno() < 0:
            return  # let go already: nobody would tell that it is gone
        self.terminate()
        try:
            async with asyncio.timeout(_GONE_WITHIN):
                await asyncio.shield(self.gone)
        except TimeoutError:
            self.kill()
        except asyncio.CancelledError:
            self.kill()
            raise
        finally:
            self.close()

    def release(self) -> socket.socket | None:
        """Stop listening; what is left of the command ends when the returned socket is closed."""
        if self.gone.done():
            self.close()
            return None
        self._loop.remove_reader(self._channel.fileno())
        return self._channel

    def close(self) -> None:
        """Let go; whatever is left ends as with `terminate`."""
        if self._channel.fileno() >= 0:
            self._loop.remove_reader(self._channel.fileno())
            self._channel.close()

    def _order(self, order: bytes) -> None:
        with contextlib.suppress(OSError):  # it has just ended
            self._channel.send(order)

    def _hear(self) -> None:
        try:
            data = self._channel.recv(4096)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        self._unread += data
        while len(self._unread) >= _RECORD.size:
            what, value = _RECORD.unpack_from(self._unread)
            end = _RECORD.size + (value if what == _MOVED else 0)
            if len(self._unread) < end:
                break
            text, self._unread = self._unread[_RECORD.size : end], self._unread[end:]
            if what == _MOVED:
                path, _, to = text.partition(b"\0")
                self.moved.append((os.fsdecode(path), os.fsdecode(to)))
            else:
                self._note(what, value)
        if not data:
            self._loop.remove_reader(self._channel.fileno())
            self._note(_EXITED, KILLED)
            if not self.gone.done():
                self.gone.set_result(None)

    def _note(self, what: int, value: int) -> None:
        if what == _STARTED:
            self.process_id = value
        elif what == _NOT_HIDDEN:
            self.is_hidden = False
        elif not self.exited.done():
            if what == _SPAWN_FAILED:
                self.exited.set_exception(SpawnError(value))
                self.exited.exception()  # seen: nobody may be waiting any more
            else:
                self.left_something = what == _EXITED_FIRST
                self.exited.set_result(value)


class Leftovers:
    """Processes that commands left in the background and that the user wants kept while their conversation lasts."""

    def __init__(self) -> None:
        self._channels: list[socket.socket] = []

    def keep(self, command: Command) -> None:
        """Take over what is left of a command that has exited."""
        self._drop_ended()
        channel = command.release()
        if channel is not None:
            self._channels.append(channel)

    @property
    def is_empty(self) -> bool:
        """Whether none of them is left."""
        self._drop_ended()
        return not self._channels

    async def end(self) -> None:
        """End them all as `Command.terminate` does, and wait until they are gone."""
        channels, self._channels = self._channels, []
        commands = [Command(channel) for channel in channels]
        await asyncio.gather(*(command.end() for command in commands))

    def _drop_ended(self) -> None:
        self._channels = [channel for channel in self._channels if not _has_ended(channel)]


def check_words(argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> None:
    """Raise `EmptyCommandError` or `NulByteError` for a command that no system call can start."""
    if not argv:
        raise EmptyCommandError
    if any("\0" in text for text in (*argv, cwd, *environ, *environ.values())):
        raise NulByteError


def launch(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    sandbox: SandboxSpec | None,
    streams: Sequence[int],
    terminal: bool = False,
    unreadable: Unreadable = NOTHING,
) -> Command:
    """Start a command as leader of a session of its own, in the sandbox that the system gives (`docs/sandbox.md`).

    `streams` are the file descriptors of its stdin, stdout and stderr; with `terminal` the first of them becomes its
    controlling terminal. What is `unreadable` is hidden from it. Raises `OSError`.
    """
    if sandbox is not None and platform_sandbox() == "seatbelt":
        from octavo.sandbox.seatbelt import seatbelt_command

        argv, environ = seatbelt_command(argv, environ, sandbox, unreadable)
    request = {
        "argv": [os.fsencode(argument) for argument in argv],
        "environment": {os.fsencode(name): os.fsencode(value) for name, value in environ.items()},
        "cwd": os.fsencode(cwd),
        "confinement": confinement(sandbox) if sandbox is not None and platform_sandbox() == "linux" else None,
        "unreadable": [os.fsencode(path) for path in unreadable.paths],
        "is_strict": unreadable.is_strict,
        "terminal": terminal,
    }
    return Command(_send(marshal.dumps(request), streams))


def _send(payload: bytes, streams: Sequence[int]) -> socket.socket:
    """Hand a request to the launcher; returns the command's socket."""
    ours, theirs = socket.socketpair()
    descriptors = array.array("i", [theirs.fileno(), *streams])
    with theirs:
        try:
            hand_over(launcher(os.getpid()), descriptors)
        except (BrokenPipeError, ConnectionResetError):
            launcher.cache_clear()  # somebody ended it: the next one is as good
            hand_over(launcher(os.getpid()), descriptors)
    ours.sendall(struct.pack("I", len(payload)) + payload)
    ours.setblocking(False)
    return ours


def _has_ended(channel: socket.socket) -> bool:
    try:
        ended = not channel.recv(64)
    except BlockingIOError:
        return False
    except OSError:
        ended = True
    if ended:
        channel.close()
    return ended
