"""What the `octavo mcp` commands need of the configuration (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.config.load import ConfigFlags
from octavo.http.client import HttpClient
from octavo.mcp.oauth.credentials import TokenStore

T = TypeVar("T")


def config_of(invocation: Invocation) -> Config:
    """The configuration with this command line's overrides. Raises `Stop`."""
    config = start.load(start.overrides(invocation, start.MCP), ConfigFlags(), start.MCP)
    logs.log_to_stderr(config.environ)
    return config


def token_store(config: Config) -> TokenStore:
    """Where logins at servers are kept."""
    return TokenStore(config.codex_home, config.mcp_oauth_credentials_store)


def with_http(config: Config, work: Callable[[HttpClient], Awaitable[T]]) -> T:
    """Do something that needs the network."""

    async def run() -> T:
        http = HttpClient(None, config.environ)
        try:
            return await work(http)
        finally:
            await http.aclose()

    return asyncio.run(run())


def no_such_server(name: str, where: str = "") -> Stop:
    """How a command ends that names a server which is not there."""
    return failure(f"No MCP server named '{name}' found{where}.")


def failure(text: str) -> Stop:
    """How a command ends that cannot do what it was asked."""
    return Stop(1, f"Error: {text}\n")


def show(text: str) -> None:
    """Print lines on stdout, at once."""
    os.write(1, text.encode("utf-8", "replace") + b"\n")
