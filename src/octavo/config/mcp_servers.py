"""MCP servers as configured: which transport, which limits, which tools (`docs/config.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from octavo.errors import ConfigError

if TYPE_CHECKING:
    from octavo.config.schema import McpServerToml

_TOO_LONG_S = 2.0**64
_NOT_FOR_STDIO = ("url", "bearer_token_env_var", "bearer_token", "http_headers", "env_http_headers")
_NOT_FOR_HTTP = ("args", "env", "env_vars", "cwd", "bearer_token")


class StdioTransport(msgspec.Struct, frozen=True, tag="stdio"):
    """A program to start; `env_vars` are names copied from our environment. The text form hides values."""

    command: str
    args: tuple[str, ...]
    env: Mapping[str, str] | None
    env_vars: tuple[str, ...]
    cwd: str | None

    def __repr__(self) -> str:
        return f"StdioTransport(command={self.command!r})"


class HttpTransport(msgspec.Struct, frozen=True, tag="streamable_http"):
    """A server to call; `env_http_headers` maps header names to variables. The text form hides values."""

    url: str
    bearer_token_env_var: str | None
    http_headers: Mapping[str, str] | None
    env_http_headers: Mapping[str, str] | None

    def __repr__(self) -> str:
        return f"HttpTransport(url={self.url!r})"


class McpServer(msgspec.Struct, frozen=True):
    """One entry of `[mcp_servers]`. Limits are in seconds, None where the default holds.

    `enabled_tools` None allows every tool, empty allows none; `disabled_tools` is
    applied after it. Names of servers are not checked here: a bad one fails at start.
    """

    transport: StdioTransport | HttpTransport
    enabled: bool = True
    startup_timeout_sec: float | None = None
    tool_timeout_sec: float | None = None
    enabled_tools: tuple[str, ...] | None = None
    disabled_tools: tuple[str, ...] | None = None
    required: bool = False
    """Whether a conversation must not go on without it."""


def read_server(name: str, entry: McpServerToml) -> McpServer:
    """What one entry of the file means; `ConfigError` where keys do not go together."""
    where = f"mcp_servers.{name}"
    startup = entry.startup_timeout_sec
    if startup is not None:
        _check_seconds(startup, where)
    elif entry.startup_timeout_ms is not None:
        startup = entry.startup_timeout_ms / 1000
    if entry.tool_timeout_sec is not None:
        _check_seconds(entry.tool_timeout_sec, f"{where}.tool_timeout_sec")
    return McpServer(
        transport=_read_transport(where, entry),
        enabled=entry.enabled,
        startup_timeout_sec=startup,
        tool_timeout_sec=entry.tool_timeout_sec,
        enabled_tools=entry.enabled_tools,
        disabled_tools=entry.disabled_tools,
        required=entry.required,
    )


def _read_transport(where: str, entry: McpServerToml) -> StdioTransport | HttpTransport:
    if entry.command is not None:
        _refuse(_NOT_FOR_STDIO, "stdio", where, entry)
        return StdioTransport(
            command=entry.command,
            args=entry.args or (),
            env=entry.env,
            env_vars=tuple(one if isinstance(one, str) else one.name for one in entry.env_vars or ()),
            cwd=entry.cwd,
        )
    if entry.url is not None:
        _refuse(_NOT_FOR_HTTP, "streamable_http", where, entry)
        return HttpTransport(
            url=entry.url,
            bearer_token_env_var=entry.bearer_token_env_var,
            http_headers=entry.http_headers,
            env_http_headers=entry.env_http_headers,
        )
    raise ConfigError(f"invalid transport\nin `{where}`")


def _refuse(keys: tuple[str, ...], transport: str, where: str, entry: McpServerToml) -> None:
    for key in keys:
        if getattr(entry, key) is not None:
            raise ConfigError(f"{key} is not supported for {transport}\nin `{where}`")


def _check_seconds(seconds: float, where: str) -> None:
    if seconds < 0:
        raise ConfigError(f"cannot convert float seconds to Duration: value is negative\nin `{where}`")
    if not seconds < _TOO_LONG_S:
        raise ConfigError(f"cannot convert float seconds to Duration: value is either too big or NaN\nin `{where}`")
