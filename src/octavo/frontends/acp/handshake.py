"""Who is at either end, and logins (`docs/acp.md`, "Handshake" and "Logins")."""

from __future__ import annotations

import asyncio

from octavo import __version__
from octavo.frontends.acp.server import Server, login_needed
from octavo.frontends.acp.types.base import Empty
from octavo.frontends.acp.types.params import (
    AuthenticateParams,
    ClientCapabilities,
    Implementation,
    InitializeParams,
    NoParams,
)
from octavo.frontends.acp.types.results import AuthMethod, InitializeResult, Variable
from octavo.frontends.jsonrpc.errors import bad_params, failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.http.identity import ORIGINATOR_VARIABLE

_VERSION = 1
_CHATGPT, _CODEX_KEY, _OPENAI_KEY, _TERMINAL = "chatgpt", "codex-api-key", "openai-api-key", "octavo-login"
_VARIABLES = {_CODEX_KEY: "CODEX_API_KEY", _OPENAI_KEY: "OPENAI_API_KEY"}


async def initialize(server: Server, _: RequestId, params: InitializeParams) -> InitializeResult:
    """Once: the client's name stands in saved sessions and in requests to servers."""
    if server.is_initialized:
        raise refused("Already initialized")
    server.is_initialized = True
    server.capabilities = params.client_capabilities or ClientCapabilities()
    if params.client_info is not None:
        _introduce(server, params.client_info)
    return InitializeResult(
        protocol_version=_VERSION,
        agent_info=Implementation(name="octavo", title="Octavo", version=__version__),
        auth_methods=_methods(server),
    )


async def authenticate(server: Server, request_id: RequestId, params: AuthenticateParams) -> Empty | None:
    """Log in; one in the browser is answered when it is done."""
    if params.method_id == _CHATGPT:
        server.answer_later(request_id, _browser_login(server))
        return None
    variable = _VARIABLES.get(params.method_id)
    if variable is None and params.method_id != _TERMINAL:
        raise bad_params(f"unknown method: `{params.method_id[:80]}`")
    if variable is not None:
        key = server.runtime.config.environ.get(variable, "").strip()
        if not key:
            raise login_needed(f"the variable {variable} holds no key")
        if params.method_id == _OPENAI_KEY:
            server.login.store_key(key)
    auth = server.runtime.remote.auth
    auth.reload()
    if auth.auth is None:
        raise login_needed("nobody is logged in; run `octavo login` in a terminal")
    return Empty()


async def log_out(server: Server, _: RequestId, __: NoParams) -> Empty:
    """Forget the stored login of any kind."""
    server.login.forget()
    return Empty()


def _introduce(server: Server, info: Implementation) -> None:
    identity = server.runtime.remote.identity
    legal = "".join(char if " " <= char <= "~" else "_" for char in info.name).strip()
    if legal and not server.runtime.config.environ.get(ORIGINATOR_VARIABLE):
        identity.originator = legal
    version = "".join(char if " " <= char <= "~" else "_" for char in info.version)
    identity.suffix = f"{legal}; {version}"


def _methods(server: Server) -> tuple[AuthMethod, ...]:
    in_terminal = server.capabilities.auth is not None and server.capabilities.auth.terminal is True
    terminal = AuthMethod(
        id=_TERMINAL,
        name="Log in from a terminal",
        description="Runs `octavo login --device-auth`: for a machine without a browser",
        type="terminal",
        args=("login", "--device-auth"),
    )
    return (
        AuthMethod(id=_CHATGPT, name="Log in with ChatGPT", description="In the browser, with a paid account"),
        AuthMethod(
            id=_CODEX_KEY,
            name="Use CODEX_API_KEY",
            description="A key that holds for this program",
            type="env_var",
            vars=(Variable(name="CODEX_API_KEY"),),
        ),
        AuthMethod(
            id=_OPENAI_KEY,
            name="Use OPENAI_API_KEY",
            description="A key that is stored as the login",
            type="env_var",
            vars=(Variable(name="OPENAI_API_KEY"),),
        ),
        *((terminal,) if in_terminal else ()),
    )


async def _browser_login(server: Server) -> Empty:
    from octavo.auth.login_server import LoginFailed  # it brings a server along

    if server.runtime.config.forced_login_method == "api":
        raise refused("ChatGPT login is disabled. Use API key login instead.")
    ended: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    def on_end(_: str, failure: str | None) -> None:
        if not ended.done():
            ended.set_result(failure)

    try:
        _, url = await server.login.start(on_end)
    except LoginFailed as error:
        raise failed(f"failed to start login server: {error}") from None
    if not server.open_browser(url):
        server.login.cancel()
        raise login_needed("there is no browser; run `octavo login --device-auth`")
    failure = await ended
    if failure is not None:
        raise login_needed(f"the login failed: {failure}")
    return Empty()
