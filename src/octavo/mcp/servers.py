"""All MCP servers of one conversation: started side by side, asked by name, ended together (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import msgspec

from octavo.config.mcp_servers import McpServer
from octavo.mcp.connection import Connection
from octavo.mcp.errors import RequestFailed
from octavo.mcp.names import is_allowed, model_names
from octavo.mcp.oauth.credentials import TokenStore

log = logging.getLogger(__name__)

Json = dict[str, Any]

_SLOW_PART = "octavo.mcp.client"
_CHATTY = ("mcp", "client", "httpx2", "httpcore2")
"""Loggers that would print what servers say, and headers; what matters of it we log ourselves."""


class McpTool(msgspec.Struct, frozen=True):
    """A tool of a running server, under the name that models know it by; `described` is its server's own words."""

    qualified_name: str
    server: str
    described: Json

    @property
    def name(self) -> str:
        """What its server calls it."""
        return str(self.described["name"])


class McpServers:
    """Starts every enabled server at once. A server that fails or is slow does not touch the others.

    `tell` gets a line for the user about what a server does wrong without failing.
    """

    def __init__(
        self,
        servers: Mapping[str, McpServer],
        environ: Mapping[str, str],
        store: TokenStore,
        tell: Callable[[str], None] = log.warning,
    ) -> None:
        sdk = asyncio.create_task(_import_sdk())
        self._sdk = sdk
        self._connections = {
            name: Connection(name, server, environ, store, sdk, tell)
            for name, server in sorted(servers.items())
            if server.enabled
        }
        self._tools: tuple[int, tuple[McpTool, ...]] | None = None

    async def started(self) -> None:
        """Wait until it is known of each server whether it runs."""
        for connection in self._connections.values():
            await connection.started.wait()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that are to start, sorted."""
        return tuple(self._connections)

    async def outcome(self, name: str) -> str | None:
        """Wait until it is known whether a server runs; why it does not, None if it does."""
        connection = self._connections[name]
        await connection.started.wait()
        return connection.failure

    @property
    def are_started(self) -> bool:
        """Whether that is known."""
        return all(connection.started.is_set() for connection in self._connections.values())

    @property
    def failures(self) -> tuple[str, ...]:
        """One text for each server that did not start."""
        return tuple(connection.failure for connection in self._connections.values() if connection.failure)

    @property
    def revision(self) -> int:
        """A number that grows when a server's tools change."""
        return sum(connection.revision for connection in self._connections.values())

    async def settled(self) -> None:
        """Wait until no server is being asked what has changed about its tools."""
        for connection in self._connections.values():
            await connection.settled.wait()

    @property
    def tools(self) -> tuple[McpTool, ...]:
        """The tools that models may call, sorted by qualified name."""
        if self._tools is None or self._tools[0] != self.revision or not self.are_started:
            self._tools = (self.revision, self._named_tools())
        return self._tools[1]

    def _named_tools(self) -> tuple[McpTool, ...]:
        found: dict[tuple[str, str], Json] = {}
        for server, described in self._allowed():
            if found.setdefault((server, described["name"]), described) is not described:
                log.warning("MCP server %s has another tool %s; it is left out", server, described["name"])
        names = model_names(found)
        tools = (McpTool(names[tool], tool[0], described) for tool, described in found.items())
        return tuple(sorted(tools, key=lambda tool: tool.qualified_name))

    def _allowed(self) -> Iterator[tuple[str, Json]]:
        for name, connection in self._connections.items():
            for described in connection.listed:
                if is_allowed(described["name"], connection.server):
                    yield name, described

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the servers that can be asked, sorted."""
        return tuple(name for name, connection in self._connections.items() if connection.is_open)

    async def call(
        self,
        server: str,
        tool: str,
        arguments: Any,
        meta: Mapping[str, str] | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> Json:
        """Call a tool; its result as the server gave it. `arguments` None sends none. Raises `RequestFailed`.

        `meta` is what the server is told beside, under `_meta`. `on_progress` hears, in words, how far it is.
        """
        connection = self._connection(server)
        if not is_allowed(tool, connection.server):
            raise RequestFailed(f"tool '{tool}' is disabled for MCP server '{server}'")
        given = {} if arguments is None else {"arguments": arguments}
        params = {"name": tool, **given, **({"_meta": meta} if meta else {})}
        return await connection.request("tools/call", params, on_progress=on_progress)

    async def request(self, server: str, method: str, params: Json) -> Json:
        """Ask a server for anything else. Raises `RequestFailed`, also for a server that is not there."""
        try:
            return await self._connection(server).request(method, params)
        except RequestFailed as error:
            prefix = f"{method} failed: "
            raise RequestFailed(prefix + str(error).removeprefix(prefix)) from None

    async def close(self) -> None:
        """End all servers, and wait until they are gone."""
        self._sdk.cancel()
        await asyncio.gather(*(connection.close() for connection in self._connections.values()))

    def _connection(self, server: str) -> Connection:
        connection = self._connections.get(server)
        if connection is None or not connection.is_open:
            raise RequestFailed(f"unknown MCP server '{server}'")
        return connection


async def _import_sdk() -> None:
    if _SLOW_PART in sys.modules:
        return
    # It takes most of a second, in which the conversation goes on: hence a thread.
    await asyncio.to_thread(import_module, _SLOW_PART)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
