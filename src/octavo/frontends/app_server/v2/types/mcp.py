"""MCP servers and calls of their tools."""

from __future__ import annotations

from typing import Any, Literal, Self

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.items import Item


class McpResult(Camel, frozen=True):
    """What an MCP tool answered."""

    content: tuple[Any, ...]
    structured_content: Any = None
    meta: Any = msgspec.field(name="_meta", default=None)


class McpError(Camel, frozen=True):
    """Why an MCP tool did not answer."""

    message: str


class McpToolCallItem(Item, frozen=True, kw_only=True, tag="mcpToolCall"):
    """A call of an MCP server's tool."""

    server: str
    tool: str
    status: Literal["inProgress", "completed", "failed"]
    arguments: Any = None
    result: McpResult | None = None
    error: McpError | None = None
    duration_ms: int | None = None

    def begun(self) -> Self:
        """Without its answer."""
        return msgspec.structs.replace(self, status="inProgress", result=None, error=None, duration_ms=None)

    def ended(self, *, declined: bool) -> Self:
        """It never answered."""
        return msgspec.structs.replace(self, status="failed")


class McpToolCallProgress(Camel, frozen=True):
    """How far a call of an MCP tool is, in its server's words."""

    thread_id: str
    turn_id: str
    item_id: str
    message: str


class McpServerStatusUpdated(Camel, frozen=True):
    """An MCP server of a thread starts, or it is known how that went."""

    name: str
    status: Literal["starting", "ready", "failed", "cancelled"]
    error: str | None = None
    thread_id: str | None = None
