"""A server that runs as a process of ours: its pipes, its log, its end (`docs/mcp.md`).

It is started like a command: leader of a session of its own, watched, and gone with
everything it started when we are gone, however we end. What it prints on stderr is
logged and never shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncGenerator, Mapping

from octavo.config.mcp_servers import StdioTransport
from octavo.mcp.line_reader import read_lines
from octavo.mcp.outside import server_environment
from octavo.process.failures import SpawnError
from octavo.process.launch import Command, launch

log = logging.getLogger(__name__)

_LINE_OF_LOG = 1 << 16
_LEAVES_WITHIN = 1.5  # seconds for a server to see that its stdin is closed, and to end by itself
_HEARS_WITHIN = 1.0  # seconds until we know why a process that is gone did not start


class ServerProcess:
    """A running server. Belongs to the event loop that started it; end it with `end`."""

    def __init__(self, program: str, command: Command, stdin: int, stdout: int, stderr: int) -> None:
        self._command = command
        self._stdin: int | None = stdin
        self._stdout = stdout
        self._writer: asyncio.WriteTransport | None = None
        self._log = asyncio.create_task(_log_lines(program, stderr))
        self._log.add_done_callback(lambda _: os.close(stderr))  # even if it is cancelled before it begins

    async def open_stdin(self) -> None:
        """Make `write` work."""
        if self._stdin is None:
            return
        pipe, self._stdin = os.fdopen(self._stdin, "wb", 0), None
        with contextlib.ExitStack() as undo:
            undo.callback(pipe.close)
            self._writer, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.Protocol, pipe)
            undo.pop_all()

    def write(self, data: bytes) -> None:
        """Send bytes, now or as soon as the server reads. Raises `BrokenPipeError` when it never will."""
        if self._writer is None or self._writer.is_closing():
            raise BrokenPipeError
        self._writer.write(data)

    def lines(self) -> AsyncGenerator[bytes]:
        """What the server says, line by line."""
        return read_lines(self._stdout)

    async def why_not_started(self) -> str | None:
        """The system's reason, if the program could not even be started."""
        exited = self._command.exited
        await asyncio.wait({exited}, timeout=_HEARS_WITHIN)
        if exited.done() and not exited.cancelled() and isinstance(error := exited.exception(), SpawnError):
            return f"{os.strerror(error.errno)} (os error {error.errno})"
        return None

    async def end(self) -> None:
        """Close stdin, wait a moment, then end it and whatever it started, and wait until all is gone."""
        try:
            self._close_stdin()
            await asyncio.wait({self._command.exited}, timeout=_LEAVES_WITHIN)
        finally:
            try:
                await self._command.end()
            finally:
                os.close(self._stdout)
                self._log.cancel()
                await asyncio.wait({self._log})

    def _close_stdin(self) -> None:
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None
        if self._writer is None:
            return
        if self._writer.get_write_buffer_size():
            self._writer.abort()  # it does not read: there is nothing to wait for
        else:
            self._writer.close()


def start_process(transport: StdioTransport, environ: Mapping[str, str]) -> ServerProcess:
    """Start a server. That its program is not there shows later (`why_not_started`). Raises `OSError`, `ValueError`."""
    cwd = os.path.abspath(transport.cwd or os.getcwd())
    environment = server_environment(transport, environ)
    argv = (transport.command, *transport.args)
    if any("\0" in text for text in (*argv, cwd, *environment, *environment.values())):
        raise ValueError("nul byte found in provided data")
    stdin, ours = os.pipe()
    stdout, stdout_end = os.pipe()
    stderr, stderr_end = os.pipe()
    theirs = (stdin, stdout_end, stderr_end)
    with contextlib.ExitStack() as undo:
        for descriptor in (ours, stdout, stderr):
            undo.callback(os.close, descriptor)
        try:
            command = launch(argv, cwd=cwd, environ=environment, sandbox=None, streams=theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        undo.pop_all()
    return ServerProcess(transport.command, command, ours, stdout, stderr)


async def _log_lines(program: str, descriptor: int) -> None:
    async with contextlib.aclosing(read_lines(descriptor, _LINE_OF_LOG, cut=True)) as lines:
        async for line in lines:
            log.info("MCP server stderr (%s): %s", program, line.decode("utf-8", "replace").rstrip())
