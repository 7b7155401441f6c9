"""`octavo login`: with an API key, in the browser, or by device code (`docs/login.md`).

All words for people go to stderr; only the code of a device login stands on stdout.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from octavo.auth.storage import StoredLogin, save_login
from octavo.auth.tokens import AuthError
from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.config.load import ConfigFlags
from octavo.errors import OctavoError

TYPE_CHECKING = False  # the flows are imported by the kind of login that needs them
if TYPE_CHECKING:
    from octavo.auth.login_flow import LoginSettings
    from octavo.http.client import HttpClient

_PIPE_IT = "e.g. `printenv OPENAI_API_KEY | octavo login --with-api-key`."
_PIPE_THAT = "e.g. `printenv CODEX_ACCESS_TOKEN | octavo login --with-access-token`."
_DONE = "Successfully logged in"
_NO_CHATGPT = "ChatGPT login is disabled. Use API key login instead."
_NO_API_KEY = "API key login is disabled. Use ChatGPT login instead."
_YELLOW_BOLD, _BOLD, _PLAIN = "\x1b[93m\x1b[1m", "\x1b[1m", "\x1b[0m"


def login(invocation: Invocation) -> int:
    """Log in the way that the options say; the exit code."""
    given = invocation.last
    if given.has("device-auth"):
        return _with_device_code(invocation)
    if given.has("api-key"):
        raise Stop(1, f"--api-key takes no key any more: others could see it. Pipe the key instead, {_PIPE_IT}\n")
    if given.has("with-access-token"):
        return _with_access_token(invocation)
    if given.has("with-api-key"):
        return _with_api_key(invocation)
    return _in_browser(invocation)


def _with_api_key(invocation: Invocation) -> int:
    key = _from_stdin("API key", f"--with-api-key reads the key from stdin. Pipe it, {_PIPE_IT}")
    config = _config(invocation)
    if config.forced_login_method == "chatgpt":
        raise Stop(1, _NO_API_KEY + "\n")
    return _saved(config, StoredLogin(key))


def _with_access_token(invocation: Invocation) -> int:
    """A login that cannot be refreshed: it holds as long as its token does."""
    token = _from_stdin("access token", f"--with-access-token reads the token from stdin. Pipe it, {_PIPE_THAT}")
    config = _config_for_chatgpt(invocation)
    from octavo.auth.access_token import login_with_token

    try:
        login = login_with_token(token, config.forced_chatgpt_workspace_id, time.time_ns())
    except AuthError as error:
        raise Stop(1, f"Error logging in with access token: {error}\n") from None
    return _saved(config, login)


def _from_stdin(what: str, how: str) -> str:
    """A secret that is piped in; `how` says what to do where it is not. Raises `Stop`."""
    if os.isatty(0):
        raise Stop(1, f"{how}\n")
    _say(f"Reading {what} from stdin...")
    try:
        secret = sys.stdin.buffer.read().decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise Stop(1, f"Failed to read the {what} from stdin: {reason}\n") from None
    if not secret:
        raise Stop(1, f"No {what} provided via stdin.\n")
    return secret


def _saved(config: Config, login: StoredLogin) -> int:
    try:
        save_login(config.codex_home, login, config.cli_auth_credentials_store)
    except AuthError as error:
        raise Stop(1, f"Error logging in: {error}\n") from None
    _say(_DONE)
    return 0


def _in_browser(invocation: Invocation) -> int:
    config = _config_for_chatgpt(invocation)
    from octavo.auth.login_server import start_login
    from octavo.cli.browser import open_browser

    async def flow(settings: LoginSettings, http: HttpClient) -> None:
        server = await start_login(settings, http)
        url = server.auth_url
        _say(f"Starting local login server on http://localhost:{server.port}.")
        _say(f"If your browser does not open by itself, open this address to log in:\n\n{url}")
        open_browser(url)  # if it does not, the address stands on the terminal
        await server.finished()

    return _run(config, invocation, flow, "Error logging in: {}")


def _with_device_code(invocation: Invocation) -> int:
    config = _config_for_chatgpt(invocation)
    from octavo.auth.device_code import VERIFICATION_URL, finish_device_login, request_device_code

    async def flow(settings: LoginSettings, http: HttpClient) -> None:
        _print(
            f"{_YELLOW_BOLD}The code below lets whoever has it log in as you. Type it only into the page named below, "
            f"and give it to nobody.{_PLAIN}\n"
        )
        code = await request_device_code(http, settings)
        _print(
            f"\nTo log in:\n\n1. Open this address in any browser and sign in:\n   {_BOLD}{VERIFICATION_URL}{_PLAIN}\n"
            f"\n2. Type this code there; it is good for 15 minutes:\n   {_BOLD}{code.user_code}{_PLAIN}\n\n"
        )
        await finish_device_login(http, settings, code)

    return _run(config, invocation, flow, "Error logging in with device code: {}")


def _config(invocation: Invocation) -> Config:
    return start.load(start.overrides(invocation, start.LOGIN), ConfigFlags(), start.LOGIN)


def _config_for_chatgpt(invocation: Invocation) -> Config:
    config = _config(invocation)
    if config.forced_login_method == "api":
        raise Stop(1, _NO_CHATGPT + "\n")
    return config


def _run(
    config: Config,
    invocation: Invocation,
    flow: Callable[[LoginSettings, HttpClient], Coroutine[Any, Any, None]],
    failed: str,
) -> int:
    from octavo.auth.login_flow import DEFAULT_ISSUER, LoginSettings
    from octavo.auth.refresh import CLIENT_ID
    from octavo.http.client import HttpClient
    from octavo.http.identity import ClientIdentity

    given = invocation.last
    by_code = given.has("device-auth")
    settings = LoginSettings(
        codex_home=config.codex_home,
        store=config.cli_auth_credentials_store,
        workspace=config.forced_chatgpt_workspace_id,
        originator=ClientIdentity(config.environ).originator,
        issuer=(given.text("experimental_issuer") if by_code else None) or DEFAULT_ISSUER,
        client_id=(given.text("experimental_client-id") if by_code else None) or CLIENT_ID,
    )

    async def run() -> None:
        http = HttpClient(None, config.environ)
        try:
            await flow(settings, http)
        finally:
            await http.aclose()

    logs.log_to_stderr(config.environ)
    start.loaded()
    try:
        asyncio.run(run())
    except OctavoError as error:
        raise Stop(1, failed.format(error) + "\n") from None
    _say(_DONE)
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
