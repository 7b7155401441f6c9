"""The names under which models know the tools of MCP servers (`docs/mcp.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from octavo.config.mcp_servers import McpServer

MAX_NAME_BYTES = 64
_KEPT_BYTES = 24
_HASH_DIGITS = 8


def qualified_name(server: str, tool: str) -> str:
    """`mcp__SERVER__TOOL` in the characters that providers take, `_` for the others.

    Of one that is longer than 64 bytes the start and a hash of the whole.
    """
    import hashlib  # a conversation without servers pays nothing

    name = _as_written(server, tool)
    taken = _as_taken(name)
    if len(taken) <= MAX_NAME_BYTES:
        return taken
    return taken[:_KEPT_BYTES] + hashlib.sha1(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def model_names(tools: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The name of each tool, told by its server and its own name; no two have the same one.

    Where two would meet, the one that is called so keeps the name (or the first of several), and the others
    get a hash. So a name never passes from one tool to another as tools come and go.
    """
    meeting: dict[str, list[tuple[str, str]]] = {}
    for tool in dict.fromkeys(tools):
        meeting.setdefault(qualified_name(*tool), []).append(tool)
    names: dict[tuple[str, str], str] = {}
    for name, group in meeting.items():
        keeper = group[0] if len(group) == 1 else next((tool for tool in group if _as_written(*tool) == name), None)
        names |= {tool: name if tool == keeper else _with_hash(name, *tool) for tool in group}
    return names


def _as_taken(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)


def _as_written(server: str, tool: str) -> str:
    return f"mcp__{server}__{tool}"


def _with_hash(name: str, server: str, tool: str) -> str:
    import hashlib

    own = f"{server}\0{tool}".encode("utf-8", "replace")
    digest = hashlib.sha1(own, usedforsecurity=False).hexdigest()[:_HASH_DIGITS]
    return f"{name[: MAX_NAME_BYTES - _HASH_DIGITS - 1]}_{digest}"


def is_server_name(name: str) -> bool:
    """Whether a server may be called so."""
    return re.fullmatch(r"[a-zA-Z0-9_-]+", name) is not None


def is_allowed(tool: str, server: McpServer) -> bool:
    """Whether the user lets models see this tool: the list of allowed ones first, then that of forbidden ones."""
    if server.enabled_tools is not None and tool not in server.enabled_tools:
        return False
    return tool not in (server.disabled_tools or ())
