"""The names under which models know the tools of MCP servers (`docs/mcp.md`)."""

from __future__ import annotations

import re

from octavo.config.mcp_servers import McpServer

MAX_NAME_BYTES = 64
_KEPT_BYTES = 24


def qualified_name(server: str, tool: str) -> str:
    """`mcp__SERVER__TOOL`; of one that is longer than 64 bytes the start and a hash of the whole."""
    import hashlib  # a conversation without servers pays nothing

    name = f"mcp__{server}__{tool}"
    data = name.encode("utf-8", "replace")
    if len(data) <= MAX_NAME_BYTES:
        return name
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return data[:_KEPT_BYTES].decode("utf-8", "ignore") + digest


def is_server_name(name: str) -> bool:
    """Whether a server may be called so."""
    return re.fullmatch(r"[a-zA-Z0-9_-]+", name) is not None


def is_allowed(tool: str, server: McpServer) -> bool:
    """Whether the user lets models see this tool: the list of allowed ones first, then that of forbidden ones."""
    if server.enabled_tools is not None and tool not in server.enabled_tools:
        return False
    return tool not in (server.disabled_tools or ())
