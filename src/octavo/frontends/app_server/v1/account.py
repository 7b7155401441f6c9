"""Who is logged in, and how far the account's limits are used."""

from __future__ import annotations

import logging
from typing import NoReturn

from octavo.account.service import AccountService, BackendError, NoAccount
from octavo.account.usage import read_rate_limits as ask_for_rate_limits
from octavo.auth.current import CurrentLogin
from octavo.errors import OctavoError
from octavo.frontends.app_server.dialect import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import GetAuthStatusParams, LoginAccountParams
from octavo.frontends.app_server.v1.types.results import (
    GetAccountRateLimitsResponse,
    GetAuthStatusResponse,
    UserInfoResponse,
)
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol.usage import RateLimitSnapshot

_log = logging.getLogger(__name__)


async def get_auth_status(server: Server, _: RequestId, params: GetAuthStatusParams) -> GetAuthStatusResponse:
    """The kind of the login, if the configured provider needs one and a token can be had."""
    if params.refresh_token and server.remote.auth.auth is not None and server.remote.auth.auth.mode == "chatgpt":
        try:
            await server.remote.auth.refresh()
        except OctavoError as error:
            _log.warning("the token was not refreshed: %s", error)
    if not server.config.model_provider.requires_openai_auth:
        return GetAuthStatusResponse(None, None, requires_openai_auth=False)
    token = await _token(server.remote.auth)
    mode = server.remote.auth.auth.mode if token and server.remote.auth.auth is not None else None
    return GetAuthStatusResponse(mode, token if params.include_token and token else None, requires_openai_auth=True)


async def user_info(server: Server, _: RequestId, __: NoParams) -> UserInfoResponse:
    """The address that the identity token names."""
    auth = server.remote.auth.auth
    return UserInfoResponse(auth.claims.email if auth is not None else None)


async def read_rate_limits(server: Server, _: RequestId, __: NoParams) -> GetAccountRateLimitsResponse:
    """How far the account's limits are used."""
    return GetAccountRateLimitsResponse(await limits_now(server))


async def limits_now(server: Server) -> RateLimitSnapshot:
    """Ask the account service, which costs no message. Raises `RequestError`."""
    auth = server.remote.auth.auth
    if auth is None:
        raise refused("codex account authentication required to read rate limits")
    if auth.mode != "chatgpt":
        raise refused("chatgpt authentication required to read rate limits")
    service = AccountService(
        server.config.chatgpt_base_url,
        server.remote.identity.user_agent,
        server.remote.auth,
        server.remote.nameless_http,
    )
    try:
        return await ask_for_rate_limits(service)
    except NoAccount as error:
        raise failed(f"failed to construct backend client: {error}") from None
    except BackendError as error:
        raise failed(f"failed to fetch codex rate limits: {error}") from None


async def not_implemented_login(_: Server, __: RequestId, ___: LoginAccountParams) -> NoReturn:
    """`account/login` is a word of the language that clients of this generation only probe."""
    raise failed("account/login is not implemented yet")


async def not_implemented_logout(_: Server, __: RequestId, ___: NoParams) -> NoReturn:
    """The same for `account/logout`."""
    raise failed("account/logout is not implemented yet")


async def not_implemented_read(_: Server, __: RequestId, ___: NoParams) -> NoReturn:
    """The same for `account/read`."""
    raise failed("account/read is not implemented yet")


async def _token(auth: CurrentLogin) -> str | None:
    try:
        return await auth.bearer()
    except OctavoError as error:
        _log.warning("there is a login, but no token: %s", error)
        return None
