"""Who is logged in, logins and limits: the methods `account/*` (`docs/app-server-v2.md`, "Accounts")."""

from __future__ import annotations

import logging

from octavo.errors import OctavoError
from octavo.frontends.app_server.dialect import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.account import limits_now
from octavo.frontends.app_server.v2.limits import shown_limits
from octavo.frontends.app_server.v2.types.accounts import (
    AccountReadParams,
    AccountReadResponse,
    AccountUpdated,
    ApiKeyAccount,
    ApiKeyLogin,
    ChatGptAccount,
    ChatGptLogin,
    DeviceCodeLogin,
    Login,
    LoginApiKeyResponse,
    LoginCancelParams,
    LoginCancelResponse,
    LoginChatGptResponse,
    LoginCompleted,
    LoginDeviceCodeResponse,
)
from octavo.frontends.app_server.v2.types.limits import RateLimitsResponse
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId

_log = logging.getLogger(__name__)


async def read_account(server: Server, _: RequestId, params: AccountReadParams) -> AccountReadResponse:
    """Who is logged in; nobody counts where the provider needs no login."""
    current = server.remote.auth
    if params.refresh_token and current.auth is not None and current.auth.mode == "chatgpt":
        try:
            await current.refresh()
        except OctavoError as error:
            _log.warning("the token was not refreshed: %s", error)
    if not server.config.model_provider.requires_openai_auth:
        return AccountReadResponse(None, requires_openai_auth=False)
    auth = current.auth
    if auth is None:
        return AccountReadResponse(None, requires_openai_auth=True)
    if auth.mode == "apikey":
        return AccountReadResponse(ApiKeyAccount(), requires_openai_auth=True)
    account = ChatGptAccount(email=auth.claims.email, plan_type=auth.claims.plan or "unknown")
    return AccountReadResponse(account, requires_openai_auth=True)


async def start_login(server: Server, request_id: RequestId, params: Login) -> None:
    """Store a key at once, or wait for the user, whose deed is told later."""
    match params:
        case ApiKeyLogin():
            _log_in_with_key(server, request_id, params.api_key)
        case ChatGptLogin():
            await _log_in_by_browser(server, request_id)
        case DeviceCodeLogin():
            await _log_in_by_code(server, request_id)


async def cancel_login(server: Server, request_id: RequestId, params: LoginCancelParams) -> None:
    """Give up a login that is under way; it ends without success."""
    if server.login.active_id is None or server.login.active_id != params.login_id:
        server.peer.reply(request_id, LoginCancelResponse("notFound"))
        return
    server.login.cancel()
    server.peer.reply(request_id, LoginCancelResponse("canceled"))


async def log_out(server: Server, request_id: RequestId, _: NoParams) -> None:
    """Forget the stored login of any kind; then tell that there is none."""
    server.login.forget()
    server.peer.reply(request_id, Empty())
    _tell_account(server)


async def read_limits(server: Server, _: RequestId, __: NoParams) -> RateLimitsResponse:
    """How far the account's limits are used, asked for at the account service."""
    return RateLimitsResponse(shown_limits(await limits_now(server)))


def _log_in_with_key(server: Server, request_id: RequestId, api_key: str) -> None:
    server.login.store_key(api_key)
    server.peer.reply(request_id, LoginApiKeyResponse())
    server.peer.notify("account/login/completed", LoginCompleted(success=True))
    _tell_account(server)


async def _log_in_by_browser(server: Server, request_id: RequestId) -> None:
    _check_chatgpt(server)
    from octavo.auth.login_server import LoginFailed  # it brings a server along

    try:
        login_id, url = await server.login.start(lambda login_id, failure: _tell_end(server, login_id, failure))
    except LoginFailed as error:
        raise failed(f"failed to start login server: {error}") from None
    server.peer.reply(request_id, LoginChatGptResponse(login_id=login_id, auth_url=url))


async def _log_in_by_code(server: Server, request_id: RequestId) -> None:
    _check_chatgpt(server)
    from octavo.auth.login_exchange import LoginFailed

    try:
        login_id, url, code = await server.login.start_by_code(
            lambda login_id, failure: _tell_end(server, login_id, failure)
        )
    except LoginFailed as error:
        raise failed(f"failed to start device login: {error}") from None
    answer = LoginDeviceCodeResponse(login_id=login_id, verification_url=url, user_code=code)
    server.peer.reply(request_id, answer)


def _check_chatgpt(server: Server) -> None:
    if server.config.forced_login_method == "api":
        raise refused("ChatGPT login is disabled. Use API key login instead.")


def _tell_end(server: Server, login_id: str, failure: str | None) -> None:
    completed = LoginCompleted(success=failure is None, login_id=login_id, error=failure)
    server.peer.notify("account/login/completed", completed)
    if failure is None:
        _tell_account(server)


def _tell_account(server: Server) -> None:
    auth = server.remote.auth.auth
    plan = auth.claims.plan if auth is not None and auth.mode == "chatgpt" else None
    server.peer.notify("account/updated", AccountUpdated(auth.mode if auth is not None else None, plan))
