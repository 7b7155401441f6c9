"""`octavo mcp add` and `octavo mcp remove` (`docs/mcp.md`)."""

from __future__ import annotations

import os

from octavo.cli import start
from octavo.cli.mcp.config import config_of, failure, show, token_store, with_http
from octavo.cli.mcp.options import NOT_FOR_OAUTH
from octavo.cli.words.invocation import Invocation, Level
from octavo.cli.words.stop import Stop
from octavo.config.edit import load_global_mcp_servers, save_mcp_servers
from octavo.config.home import find_home
from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.errors import ConfigError, UsageError
from octavo.mcp.names import is_server_name


def add_server(invocation: Invocation) -> int:
    """Write the server into config.toml; one on the network that takes logins is logged in to, if that is enabled."""
    given = invocation.last
    name = given.text("NAME") or ""
    transport = _transport(given)
    for option in NOT_FOR_OAUTH:
        if given.has(option):
            start.warn(f"Warning: --{option} has no effect here: Octavo registers itself with the server")
    start.overrides(invocation, start.MCP)  # bad ones come first, as everywhere
    if not is_server_name(name):
        raise failure(f"invalid server name '{name}' (use letters, numbers, '-', '_')")
    home = find_home(os.environ)
    servers = _saved_servers(home)
    servers[name] = McpServer(transport)
    save_mcp_servers(home, servers)
    show(f"Added global MCP server '{name}'.")
    if isinstance(transport, HttpTransport) and transport.bearer_token_env_var is None:
        _offer_login(invocation, name, transport)
    return 0


def remove_server(invocation: Invocation) -> int:
    """Take the server out of config.toml."""
    name = invocation.last.text("NAME") or ""
    start.overrides(invocation, start.MCP)
    if not is_server_name(name):
        raise failure(f"invalid server name '{name}' (use letters, numbers, '-', '_')")
    home = find_home(os.environ)
    servers = _saved_servers(home)
    if servers.pop(name, None) is None:
        show(f"No MCP server named '{name}' found.")
        return 0
    save_mcp_servers(home, servers)
    show(f"Removed global MCP server '{name}'.")
    return 0


def _saved_servers(home: str) -> dict[str, McpServer]:
    try:
        return load_global_mcp_servers(home)
    except ConfigError as error:
        cause = str(error).replace("\n", "\n    ")
        raise Stop(1, f"Error: failed to load MCP servers from {home}\n\nCaused by:\n    {cause}\n") from None


def _transport(given: Level) -> StdioTransport | HttpTransport:
    url, command, variable = given.text("url"), given.texts("COMMAND"), given.text("bearer-token-env-var")
    env = dict(_variable(entry) for entry in given.texts("env"))
    if url is not None and command:
        raise UsageError("the argument '--url <URL>' cannot be used with '[COMMAND]...'")
    if url is None and not command:
        raise UsageError("the following required arguments were not provided:\n  <COMMAND|--url <URL>>")
    if variable is not None and url is None:
        raise UsageError("the following required argument was not provided: url")
    if url is not None:
        if env:
            raise failure("command is required")
        return HttpTransport(url, variable, None, None)
    return StdioTransport(command[0], command[1:], env or None, (), None)


def _variable(entry: str) -> tuple[str, str]:
    key, equals, value = entry.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            f"invalid value '{entry}' for '--env <KEY=VALUE>': environment entries must be in KEY=VALUE form"
        )
    return key.strip(), value


def _offer_login(invocation: Invocation, name: str, transport: HttpTransport) -> None:
    """Say that the server takes logins, or log in at once where that is enabled."""
    from octavo.http.urls import InvalidUrl, parse_url
    from octavo.mcp.oauth.discovery import discover

    try:
        parse_url(transport.url)
    except InvalidUrl:
        show(f"MCP server may or may not require login. Run `octavo mcp login {name}` to login.")
        return
    config = config_of(invocation)
    if with_http(config, lambda http: discover(http, transport.url, {})) is None:
        return
    if not config.features.rmcp_client:
        show(
            "MCP server supports login. Add `rmcp_client = true` under [features] in config.toml "
            f"and run `octavo mcp login {name}` to log in."
        )
        return
    from octavo.cli.mcp.login import log_in_to

    show("Detected OAuth support. Starting OAuth flow…")
    log_in_to(config, token_store(config), name, transport, ())
    show("Successfully logged in.")
