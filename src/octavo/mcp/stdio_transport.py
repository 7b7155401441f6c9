"""Messages of the SDK over the pipes of a server process (`docs/mcp.md`).

In place of the SDK's own: its processes get another environment than ours promise,
are not watched when we are killed, and put their stderr on ours.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import Any

import anyio
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import INTERNAL_ERROR, ErrorData, JSONRPCError, JSONRPCMessage, jsonrpc_message_adapter

from octavo.mcp.errors import BrokenOutput, Noise
from octavo.mcp.line_reader import LineTooLong
from octavo.mcp.server_process import ServerProcess
from octavo.protocol.whole_characters import with_whole_characters

log = logging.getLogger(__name__)

Incoming = SessionMessage | Exception

_BOM = b"\xef\xbb\xbf"


@asynccontextmanager
async def stdio_streams(process: ServerProcess) -> AsyncGenerator[tuple[MemoryObjectReceiveStream[Incoming], Stdin]]:
    """Both directions of a server process. What it writes is passed on until it ends.

    Lines that are no JSON are left out; the first one is passed on as `Noise`.
    """
    await process.open_stdin()
    send, receive = anyio.create_memory_object_stream[Incoming](0)
    async with send, receive, anyio.create_task_group() as group:
        group.start_soon(_pass_on, process, send)
        try:
            yield receive, Stdin(process)
        finally:
            group.cancel_scope.cancel()


class Stdin:
    """The SDK's way to write: one message, one line."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    async def send(self, item: SessionMessage, /) -> None:
        """Write a message; the server may take it later. Raises `BrokenResourceError` when it is gone."""
        try:
            self._process.write(line_of(item.message))
        except BrokenPipeError:
            raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        """The process has its own end."""

    async def __aenter__(self) -> Stdin:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def line_of(message: JSONRPCMessage) -> bytes:
    """A message as it goes over the pipe."""
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode("utf-8", "replace") + b"\n"


async def _pass_on(process: ServerProcess, send: MemoryObjectSendStream[Incoming]) -> None:
    was_told = False
    async with send, aclosing(process.lines()) as lines:
        try:
            async for line in lines:
                try:
                    message = message_of(line) if line.strip() else None
                except Noise as noise:
                    if not was_told:
                        was_told = True
                        await send.send(noise)
                else:
                    if message is not None:
                        await send.send(SessionMessage(message))
        except LineTooLong:
            await send.send(BrokenOutput("the server wrote a line without end"))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return


def message_of(line: bytes) -> JSONRPCMessage | None:
    """The message on a line; None for JSON that is none. Raises `Noise` for anything else.

    An answer of a shape that the protocol does not know becomes an error, so that whoever asked hears of it.
    """
    line = line.removeprefix(_BOM)
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        pass
    try:
        whole = with_whole_characters(line)
        if whole != line:
            return message_of(whole)
        said: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Noise(line) from None
    if isinstance(said, dict) and isinstance(said.get("id"), int | str) and said.keys() & {"result", "error"}:
        error = ErrorData(code=INTERNAL_ERROR, message="the server's answer is not a valid message")
        return JSONRPCError(jsonrpc="2.0", id=said["id"], error=error)
    log.warning("an MCP server wrote JSON that is no message")
    return None
