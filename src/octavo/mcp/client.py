"""Our side of the conversation with one server: the handshake, requests, and answers to its questions.

Correlation of answers, cancellation and framing are the SDK's. Results are taken as the
JSON that they are, so that a server which adds something to the protocol, or is loose
about it, still works.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec
from mcp.client import Transport
from mcp.shared.dispatcher import CallOptions, DispatchContext
from mcp.shared.exceptions import MCPError
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp.shared.transport_context import TransportContext
from mcp.types import CONNECTION_CLOSED, METHOD_NOT_FOUND

from octavo import __version__
from octavo.mcp.errors import Noise, RequestFailed, seconds_text

log = logging.getLogger(__name__)

Json = dict[str, Any]

PROTOCOL_VERSION = "2025-06-18"
_VERSION_HEADER = "mcp-protocol-version"


class McpClient:
    """An open connection. Requests may go on side by side; one that fails or is given up leaves the others alone."""

    def __init__(self, name: str, dispatcher: JSONRPCDispatcher, tell: Callable[[str], None]) -> None:
        self._name, self._dispatcher, self._tell = name, dispatcher, tell
        self._ids, self._progress_tokens = itertools.count(), itertools.count()
        self._headers: dict[str, str] = {}
        self._hear_progress: dict[int, Callable[[str], None]] = {}
        self.broken: str | None = None
        """Why nothing more will come, where we know."""
        self.on_tools_changed: Callable[[], None] = _nobody_minds
        """Called when the server says that its tools are others now."""

    async def initialize(self) -> Json:
        """The handshake; what the server says about itself. Any protocol version is fine. Raises `RequestFailed`."""
        params = {
            "protocolVersion": PROTOCOL_VERSION,
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "codex-mcp-client", "title": "Codex", "version": __version__},
        }
        about = await self._send("initialize", params, cancel_on_abandon=False)
        if isinstance(version := about.get("protocolVersion"), str):
            self._headers = {_VERSION_HEADER: version}
        await self._dispatcher.notify("notifications/initialized", None, {"headers": self._headers})
        return about

    async def request(
        self,
        method: str,
        params: Mapping[str, Any],
        seconds: float,
        on_progress: Callable[[str], None] | None = None,
    ) -> Json:
        """Ask for something and wait at most this long. Raises `RequestFailed`.

        When the time is up, or the caller is cancelled, the server is told; a late answer is dropped.
        A `_meta` among the parameters gets a token for progress beside what it holds; `on_progress` hears
        what comes under that token, in words.
        """
        told = {name: value for name, value in params.items() if name != "_meta"}
        token = next(self._progress_tokens)
        meta = {"progressToken": token, **params.get("_meta", {})}
        if on_progress is not None:
            self._hear_progress[token] = on_progress
        try:
            async with asyncio.timeout(seconds):
                return await self._send(method, {"_meta": meta, **told}, cancel_on_abandon=True)
        except TimeoutError:
            waited = f"timed out awaiting {method} after {seconds_text(seconds)}"
            raise RequestFailed(waited, "deadline has elapsed") from None
        finally:
            self._hear_progress.pop(token, None)

    async def _send(self, method: str, params: Json, *, cancel_on_abandon: bool) -> Json:
        options = CallOptions(request_id=next(self._ids), headers=self._headers, cancel_on_abandon=cancel_on_abandon)
        try:
            return await self._dispatcher.send_raw_request(method, params, options)
        except MCPError as error:
            raise RequestFailed(f"{method} failed: {self._reason(error)}") from None
        except RuntimeError:  # the connection was lost before it was open
            raise RequestFailed(f"{method} failed: connection closed") from None

    def _reason(self, error: MCPError) -> str:
        told = error.error
        if told.code == CONNECTION_CLOSED and told.message == "Connection closed":
            return f"connection closed: {self.broken}" if self.broken else "connection closed"
        data = msgspec.json.encode(told.data).decode() if told.data is not None else None
        return f"Mcp error: {told.code}: {told.message}" + (f"({data})" if data is not None else "")

    async def take_note(
        self, context: DispatchContext[TransportContext], method: str, params: Mapping[str, Any] | None
    ) -> None:
        """The server tells something that needs no answer."""
        log.debug("MCP notification %s", method)
        if method == "notifications/tools/list_changed":
            self.on_tools_changed()
        elif method == "notifications/progress" and params is not None:
            token = params.get("progressToken")
            listener = self._hear_progress.get(token) if isinstance(token, int) else None
            if listener is not None and (words := _progress(params)):
                listener(words)

    async def note_broken(self, error: Exception) -> None:
        """Remember what the transport could not make sense of."""
        self.broken = str(error)
        if isinstance(error, Noise):
            self._tell(f"MCP server `{self._name}` writes what is no message to stdout; it is skipped: {error.shown}")
        else:
            log.warning("MCP server %s: %s", self._name, error)


@asynccontextmanager
async def open_client(name: str, transport: Transport, tell: Callable[[str], None]) -> AsyncGenerator[McpClient]:
    """A connection over a transport, for as long as the block runs; no handshake yet.

    `tell` gets a line for the user about what the server does wrong without failing.
    """
    async with transport as (read, write):
        dispatcher = JSONRPCDispatcher(read, write)
        client = McpClient(name, dispatcher, tell)
        dispatcher.on_stream_exception = client.note_broken
        async with anyio.create_task_group() as group:
            await group.start(dispatcher.run, _answer, client.take_note)
            try:
                yield client
            finally:
                group.cancel_scope.cancel()


async def _answer(context: DispatchContext[TransportContext], method: str, params: Mapping[str, Any] | None) -> Json:
    """What a server may ask of us: next to nothing."""
    match method:
        case "ping":
            return {}
        case "elicitation/create":
            log.info("a question of an MCP server was declined")
            return {"action": "decline"}
        case "roots/list":
            return {"roots": []}
        case _:
            raise MCPError(METHOD_NOT_FOUND, method)


def _progress(params: Mapping[str, Any]) -> str:
    """What a server says of how far it is: its words, else its numbers."""
    said, done, total = params.get("message"), params.get("progress"), params.get("total")
    if isinstance(said, str) and said.strip():
        return said
    if not isinstance(done, int | float):
        return ""
    return f"{done:g}/{total:g}" if isinstance(total, int | float) else f"{done:g}"


def _nobody_minds() -> None:
    """Before the tools are known there is nothing to change."""
