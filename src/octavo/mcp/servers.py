"""All MCP servers of one conversation: started side by side, asked by name, ended together (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import msgspec

from octavo.config.mcp_servers import McpServer
from octavo.mcp.connection import Connection
from octavo.mcp.errors import RequestFailed
from octavo.mcp.names import is_allowed, qualified_name
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
    """Starts every enabled server at once. A server that fails or is slow does not touch the others."""

    def __init__(self, servers: Mapping[str, McpServer], environ: Mapping[str, str], store: TokenStore) -> None:
        sdk = asyncio.create_task(_import_sdk())
        self._sdk = sdk
        self._connections = {
            name: Connection(name, server, environ, store, sdk)
            for name, server in sorted(servers.items())
            if server.enabled
        }
        self._tools: tuple[McpTool, ...] | None = None

    async def started(self) -> None:
        """Wait until it is known of each server whether it runs."""
        for connection in self._connections.values():
            await connection.started.wait()

    @property
    def are_started(self) -> bool:
        """Whether that is known."""
        return all(connection.started.is_set() for connection in self._connections.values())

    @property
    def failures(self) -> tuple[str, ...]:
        """One text for each server that did not start."""
        return tuple(connection.failure for connection in self._connections.values() if connection.failure)

    @property
    def tools(self) -> tuple[McpTool, ...]:
        """The tools that models may call, sorted by qualified name; settled once all servers are started."""
        if self._tools is None:
            found: dict[str, McpTool] = {}
            for tool in self._all_tools():
                if found.setdefault(tool.qualified_name, tool) is not tool:
                    log.warning("MCP server %s has another tool %s; it is left out", tool.server, tool.name)
            tools = tuple(found[name] for name in sorted(found, key=lambda name: name.encode("utf-8", "replace")))
            if not self.are_started:
                return tools
            self._tools = tools
        return self._tools

    def _all_tools(self) -> list[McpTool]:
        return [
            McpTool(qualified_name(name, described["name"]), name, described)
            for name, connection in self._connections.items()
            for described in connection.listed
            if is_allowed(described["name"], connection.server)
        ]

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the servers that can be asked, sorted."""
        return tuple(name for name, connection in self._connections.items() if connection.is_open)

    async def call(self, server: str, tool: str, arguments: Any) -> Json:
        """Call a tool; its result as the server gave it. `arguments` None sends none. Raises `RequestFailed`."""
        connection = self._connection(server)
        if not is_allowed(tool, connection.server):
            raise RequestFailed(f"tool '{tool}' is disabled for MCP server '{server}'")
        given = {} if arguments is None else {"arguments": arguments}
        return await connection.request("tools/call", {"name": tool, **given})

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
