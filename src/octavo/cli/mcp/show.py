"""`octavo mcp list` and `octavo mcp get`: what is configured; text hides the values of secrets (`docs/mcp.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from octavo.cli.mcp.config import config_of, no_such_server, show, token_store, with_http
from octavo.cli.words.invocation import Invocation
from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.mcp.oauth.discovery import auth_statuses
from octavo.protocol.events import McpAuthStatus
from octavo.protocol.json_text import encode_json

_AUTH_WORDS: dict[McpAuthStatus, str] = {
    "unsupported": "Unsupported",
    "not_logged_in": "Not logged in",
    "bearer_token": "Bearer token",
    "o_auth": "OAuth",
}
_STDIO_HEAD = ("Name", "Command", "Args", "Env", "Cwd", "Status", "Auth")
_HTTP_HEAD = ("Name", "Url", "Bearer Token Env Var", "Status", "Auth")
_HIDDEN = "*****"


def list_servers(invocation: Invocation) -> int:
    """All servers, with how we are known to each; asks the network."""
    config = config_of(invocation)
    servers = {name: config.mcp_servers[name] for name in sorted(config.mcp_servers, key=str.encode)}
    store = token_store(config)
    statuses = with_http(config, lambda http: auth_statuses(servers, store, http, config.environ))
    if invocation.last.has("json"):
        _show_json([_facts(name, server, auth_status=statuses[name]) for name, server in servers.items()])
    elif not servers:
        show("No MCP servers configured yet. Try `octavo mcp add my-tool -- my-command`.")
    else:
        rows = {name: (_row(name, server), _AUTH_WORDS[statuses[name]]) for name, server in servers.items()}
        stdio = [(*row, auth) for row, auth in rows.values() if len(row) == len(_STDIO_HEAD) - 1]
        http = [(*row, auth) for row, auth in rows.values() if len(row) == len(_HTTP_HEAD) - 1]
        tables = [_table(head, body) for head, body in ((_STDIO_HEAD, stdio), (_HTTP_HEAD, http)) if body]
        show("\n\n".join(tables))
    return 0


def get_server(invocation: Invocation) -> int:
    """One server. Raises `Stop` if there is none of that name."""
    name = invocation.last.text("NAME") or ""
    server = config_of(invocation).mcp_servers.get(name)
    if server is None:
        raise no_such_server(name)
    if invocation.last.has("json"):
        lists = {"enabled_tools": server.enabled_tools, "disabled_tools": server.disabled_tools}
        _show_json(_facts(name, server, **lists))
    elif not server.enabled:
        show(f"{name} (disabled)")
    else:
        show("\n  ".join((name, *_lines(name, server))))
    return 0


def _show_json(value: Any) -> None:
    show(msgspec.json.format(encode_json(value), indent=2).decode())


def _facts(name: str, server: McpServer, **more: Any) -> dict[str, Any]:
    status = {"auth_status": more.pop("auth_status")} if "auth_status" in more else {}
    return {
        "name": name,
        "enabled": server.enabled,
        "transport": server.transport,
        **more,
        "startup_timeout_sec": _float(server.startup_timeout_sec),
        "tool_timeout_sec": _float(server.tool_timeout_sec),
        **status,
    }


def _float(seconds: float | None) -> float | None:
    return None if seconds is None else float(seconds)


def _row(name: str, server: McpServer) -> tuple[str, ...]:
    state = "enabled" if server.enabled else "disabled"
    transport = server.transport
    if isinstance(transport, StdioTransport):
        return name, transport.command, _or_dash(" ".join(transport.args)), _env(transport), transport.cwd or "-", state
    return name, transport.url, transport.bearer_token_env_var or "-", state


def _lines(name: str, server: McpServer) -> list[str]:
    lines = ["enabled: true"]
    for key, tools in (("enabled_tools", server.enabled_tools), ("disabled_tools", server.disabled_tools)):
        if tools is not None:
            lines.append(f"{key}: {', '.join(tools) or '[]'}")
    lines += _transport_lines(server.transport)
    limits = (("startup_timeout_sec", server.startup_timeout_sec), ("tool_timeout_sec", server.tool_timeout_sec))
    lines += [f"{key}: {_short(seconds)}" for key, seconds in limits if seconds is not None]
    return [*lines, f"remove: octavo mcp remove {name}"]


def _transport_lines(transport: StdioTransport | HttpTransport) -> list[str]:
    if isinstance(transport, StdioTransport):
        return [
            "transport: stdio",
            f"command: {transport.command}",
            f"args: {_or_dash(' '.join(transport.args))}",
            f"cwd: {transport.cwd or '-'}",
            f"env: {_env(transport)}",
        ]
    headers, variables = _hidden(transport.http_headers), transport.env_http_headers or {}
    return [
        "transport: streamable_http",
        f"url: {transport.url}",
        f"bearer_token_env_var: {transport.bearer_token_env_var or '-'}",
        f"http_headers: {_or_dash(', '.join(headers))}",
        f"env_http_headers: {_or_dash(', '.join(f'{key}={variables[key]}' for key in sorted(variables)))}",
    ]


def _env(transport: StdioTransport) -> str:
    names = (*_hidden(transport.env), *(f"{name}={_HIDDEN}" for name in transport.env_vars))
    return _or_dash(", ".join(names))


def _hidden(values: Mapping[str, str] | None) -> list[str]:
    return [f"{key}={_HIDDEN}" for key in sorted(values or {})]


def _or_dash(text: str) -> str:
    return text or "-"


def _short(seconds: float) -> str:
    return str(int(seconds)) if seconds == int(seconds) else str(seconds)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(lines)
