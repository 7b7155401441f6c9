"""Signing in from the first screen: a key that was typed, or the browser (`docs/login.md`)."""

from __future__ import annotations

from collections.abc import Callable

from octavo.auth.login_flow import LoginSettings
from octavo.auth.login_server import LoginServer, start_login
from octavo.auth.storage import StoredLogin, delete_login, save_login
from octavo.config.config import Config
from octavo.http.client import HttpClient


def save_key(config: Config, key: str) -> None:
    """Store an API key as the login. Raises `AuthError`."""
    save_login(config.codex_home, StoredLogin(key), config.cli_auth_credentials_store)


def sign_out(config: Config) -> bool:
    """Remove the stored login; whether there was one. Raises `AuthError`."""
    return delete_login(config.codex_home, config.cli_auth_credentials_store)


async def browser_login(config: Config, http: HttpClient, shown: Callable[[str], None]) -> None:
    """A login in the browser from its first page to the stored tokens; `shown` gets the address to open.

    `http` carries no identity. Raises `AuthError`; cancelling gives it up.
    """
    settings = LoginSettings(
        codex_home=config.codex_home,
        store=config.cli_auth_credentials_store,
        workspace=config.forced_chatgpt_workspace_id,
    )
    server: LoginServer = await start_login(settings, http)
    shown(server.auth_url)
    await server.finished()
