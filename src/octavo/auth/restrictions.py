"""Who may log in at all: `forced_login_method` and `forced_chatgpt_workspace_id` (`docs/models.md`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from octavo.auth.current import CurrentLogin, effective_auth
from octavo.auth.storage import delete_login
from octavo.auth.tokens import AuthError, read_claims
from octavo.errors import OctavoError
from octavo.http.client import HttpClient

if TYPE_CHECKING:
    from octavo.config.config import Config

_METHODS = {"api": "apikey", "chatgpt": "chatgpt"}
_WRONG_METHOD = {
    "api": "API key login is required, but ChatGPT is currently being used. Logging out.",
    "chatgpt": "ChatGPT login is required, but an API key is currently being used. Logging out.",
}


class LoginRefused(OctavoError):
    """The configuration does not allow the login in force; it has been removed."""


async def check_login_restrictions(config: Config, environ: Mapping[str, str], http: Callable[[], HttpClient]) -> None:
    """Pass if the login in force is allowed, or there is none.

    Otherwise the stored login is removed and `LoginRefused` raised. `http` makes the
    client for a refresh, which the check of a workspace may need. `CODEX_API_KEY`
    counts as a login here, whatever the front end. Raises `AuthError` for a stored
    login that cannot be read.
    """
    method, workspace = config.forced_login_method, config.forced_chatgpt_workspace_id
    store, home = config.cli_auth_credentials_store, config.codex_home
    auth = effective_auth(home, store, environ, allow_env_key=True)
    if auth is None:
        return
    if method is not None and auth.mode != _METHODS[method]:
        _log_out(config, _WRONG_METHOD[method])
    if workspace is None or auth.mode != "chatgpt":
        return
    client = http()
    try:
        tokens = await CurrentLogin(home, client, environ, store).token_data()
        have = read_claims(tokens.id_token).account_id
    except AuthError as error:
        _log_out(
            config,
            f"Failed to load ChatGPT credentials while enforcing workspace restrictions: {error}. Logging out.",
        )
    finally:
        await client.aclose()
    if have == workspace:
        return
    what = "lack a workspace identifier" if have is None else f"belong to {have}"
    _log_out(config, f"Login is restricted to workspace {workspace}, but current credentials {what}. Logging out.")


def _log_out(config: Config, message: str) -> NoReturn:
    try:
        delete_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError as error:
        message += f". Failed to remove auth.json: {error}"
    raise LoginRefused(message)
