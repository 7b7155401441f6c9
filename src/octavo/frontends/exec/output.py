"""Writing to stdout and stderr without ever being stuck in a write.

A reader that pauses must not keep the process from hearing a signal, and a reader
that is gone must end it. So text is queued, and `drain` writes it as far as the
reader takes it and waits in the event loop for the rest. A terminal obeys nothing in
it but colours: what commands and models print is not ours.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Iterator

from octavo.frontends.blocking_fd import is_writable, write_now, write_some
from octavo.frontends.harmless import harmless


class OutputClosed(Exception):
    """Our output cannot be written any more: its reader is gone, or something else is wrong, the `reason`."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Output:
    """Queued text for two file descriptors, written in the order in which it was queued."""

    def __init__(self, stdout: int, stderr: int) -> None:
        self._stdout, self._stderr = stdout, stderr
        self._obeys = {fd: os.isatty(fd) for fd in (stdout, stderr)}
        self._queue: deque[tuple[int, bytes]] = deque()

    def out(self, data: bytes) -> None:
        """Queue UTF-8 for stdout."""
        if self._obeys[self._stdout]:
            data = utf8(harmless(data.decode("utf-8", "replace")))
        self._queue.append((self._stdout, data))

    def err(self, text: str) -> None:
        """Queue text for stderr, as UTF-8 whatever the locale says."""
        self._queue.append((self._stderr, utf8(harmless(text) if self._obeys[self._stderr] else text)))

    @property
    def pending(self) -> bool:
        """Whether anything waits for `drain`."""
        return bool(self._queue)

    async def drain(self) -> None:
        """Write everything that is queued. Raises `OutputClosed`."""
        while self._queue:
            fd, data = self._queue.popleft()
            view = memoryview(data)
            with _reader_is_there():
                while view:
                    view = view[await write_some(fd, view) :]

    def drain_blocking(self) -> None:
        """The same without an event loop, for the end of the program."""
        while self._queue:
            fd, data = self._queue.popleft()
            view = memoryview(data)
            with _reader_is_there():
                while view and is_writable(fd, wait=True):
                    view = view[write_now(fd, view) :]

    def close_stdout(self) -> None:
        """Let the reader of stdout see its end; nothing can be written to it afterwards."""
        os.close(self._stdout)


def utf8(text: str) -> bytes:
    """UTF-8, with a replacement for what cannot be encoded."""
    return text.encode("utf-8", "replace")


@contextlib.contextmanager
def _reader_is_there() -> Iterator[None]:
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        raise OutputClosed from None
    except OSError as error:
        raise OutputClosed(f"{error.strerror} (os error {error.errno})") from None


def claim_stdout() -> int:
    """Take stdout for ourselves: a private descriptor for it, while everything else goes to stderr.

    A stray print of some library, or a child that inherits descriptor 1, can then
    neither spoil the stream nor keep it open after we are done: clients wait for the
    end of stdout before they look at the exit code.
    """
    private = os.dup(1)  # not inheritable
    os.dup2(2, 1)
    return private
