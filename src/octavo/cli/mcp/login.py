"""`octavo mcp login` and `octavo mcp logout` (`docs/mcp.md`)."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.browser import has_browser, open_browser
from octavo.cli.mcp.config import config_of, failure, no_such_server, show, token_store, with_http
from octavo.cli.words.invocation import Invocation
from octavo.config.config import Config
from octavo.config.mcp_servers import HttpTransport
from octavo.mcp.errors import OAuthFailed
from octavo.mcp.oauth.credentials import TokenStore
from octavo.mcp.oauth.login import log_in
from octavo.mcp.outside import configured_headers


def login(invocation: Invocation) -> int:
    """Let the user log in to a server, and keep the tokens."""
    config = config_of(invocation)
    name = invocation.last.text("NAME") or ""
    if not config.features.rmcp_client:
        raise failure("OAuth login is only supported when [feature].rmcp_client is true in config.toml.")
    server = config.mcp_servers.get(name)
    if server is None:
        raise no_such_server(name)
    if not isinstance(server.transport, HttpTransport):
        raise failure("OAuth login is only supported for streamable HTTP servers.")
    scopes = [scope.strip() for text in invocation.last.texts("scopes") for scope in text.split(",") if scope.strip()]
    log_in_to(config, token_store(config), name, server.transport, scopes)
    show(f"Successfully logged in to MCP server '{name}'.")
    return 0


def logout(invocation: Invocation) -> int:
    """Forget the login at a server."""
    config = config_of(invocation)
    name = invocation.last.text("NAME") or ""
    server = config.mcp_servers.get(name)
    if server is None:
        raise no_such_server(name, " in configuration")
    if not isinstance(server.transport, HttpTransport):
        raise failure("OAuth logout is only supported for streamable_http transports.")
    try:
        was_there = token_store(config).delete(name, server.transport.url)
    except OAuthFailed as error:
        raise failure(f"failed to delete OAuth credentials: {error}") from None
    show(f"Removed OAuth credentials for '{name}'." if was_there else f"No OAuth credentials stored for '{name}'.")
    return 0


def log_in_to(config: Config, store: TokenStore, name: str, transport: HttpTransport, scopes: Sequence[str]) -> None:
    """The whole login, with the user's browser. Raises `OAuthFailed`."""

    def show_address(address: str) -> None:
        show(f"Authorize `{name}` by opening this URL in your browser:\n{address}\n")
        if not (has_browser() and open_browser(address)):
            show("(Browser launch failed; please open the URL above by hand.)")

    headers = configured_headers(transport, config.environ)
    with_http(
        config,
        lambda http: log_in(name, transport.url, headers, scopes, store=store, http=http, show_address=show_address),
    )
