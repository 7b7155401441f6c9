"""Logging in and out (`docs/app-server.md`, "Login")."""

from __future__ import annotations

from octavo.frontends.app_server.dialect import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.types.from_server import (
    AuthStatusChangeNotification,
    LoginChatGptCompleteNotification,
)
from octavo.frontends.app_server.v1.types.params import CancelLoginChatGptParams, LoginApiKeyParams
from octavo.frontends.app_server.v1.types.results import LoginChatGptResponse
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId


async def login_api_key(server: Server, request_id: RequestId, params: LoginApiKeyParams) -> None:
    """Store the key, unseen; then tell that the login changed."""
    server.login.store_key(params.api_key)
    server.peer.reply(request_id, Empty())
    _tell_status(server)


async def login_chatgpt(server: Server, _: RequestId, __: NoParams) -> LoginChatGptResponse:
    """Wait for the user's browser, which the client opens; how it ends is told later."""
    if server.config.forced_login_method == "api":
        raise refused("ChatGPT login is disabled. Use API key login instead.")
    from octavo.auth.login_server import LoginFailed  # it brings a server along

    try:
        login_id, auth_url = await server.login.start(lambda login_id, failure: _tell_end(server, login_id, failure))
    except LoginFailed as error:
        raise failed(f"failed to start login server: {error}") from None
    return LoginChatGptResponse(login_id, auth_url)


async def cancel_login_chatgpt(server: Server, _: RequestId, params: CancelLoginChatGptParams) -> Empty:
    """Give up the login that is under way."""
    login_id = usual_uuid(params.login_id)
    if server.login.active_id != login_id:
        raise refused(f"login id not found: {login_id}")
    server.login.cancel()
    return Empty()


async def logout_chatgpt(server: Server, request_id: RequestId, __: NoParams) -> None:
    """Forget the stored login of any kind; then tell that the login changed."""
    server.login.forget()
    server.peer.reply(request_id, Empty())
    _tell_status(server)


def _tell_status(server: Server) -> None:
    """Tell the client which kind of login is in force."""
    auth = server.remote.auth.auth
    server.peer.notify("authStatusChange", AuthStatusChangeNotification(auth.mode if auth is not None else None))


def _tell_end(server: Server, login_id: str, failure: str | None) -> None:
    complete = LoginChatGptCompleteNotification(login_id, failure is None, failure)
    server.peer.notify("loginChatGptComplete", complete)
    if failure is None:
        _tell_status(server)
