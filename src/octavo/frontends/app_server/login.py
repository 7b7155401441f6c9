"""Logging in and out. One login in the browser can be under way; the newest counts (`docs/app-server.md`, "Login")."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from octavo.auth.storage import StoredLogin, delete_login, save_login
from octavo.auth.tokens import AuthError
from octavo.frontends.app_server.errors import failed, refused
from octavo.frontends.app_server.protocol.from_server import (
    AuthStatusChangeNotification,
    LoginChatGptCompleteNotification,
)
from octavo.frontends.app_server.protocol.params import CancelLoginChatGptParams, LoginApiKeyParams
from octavo.frontends.app_server.protocol.results import LoginChatGptResponse
from octavo.frontends.app_server.protocol.values import Empty, NoParams, usual_uuid
from octavo.frontends.app_server.random_ids import random_uuid
from octavo.frontends.app_server.server import Server, log_failure
from octavo.frontends.jsonrpc.messages import RequestId

if TYPE_CHECKING:
    from octavo.auth.login_server import LoginServer

_LIMIT_SECONDS = 600.0


async def login_api_key(server: Server, request_id: RequestId, params: LoginApiKeyParams) -> None:
    """Store the key, unseen; then tell that the login changed."""
    config = server.config
    if config.forced_login_method == "chatgpt":
        raise refused("API key login is disabled. Use ChatGPT login instead.")
    server.login.cancel()
    try:
        save_login(config.codex_home, StoredLogin(params.api_key), config.cli_auth_credentials_store)
    except AuthError as error:
        raise failed(f"failed to save api key: {error}") from None
    server.remote.auth.reload()
    server.client.reply(request_id, Empty())
    tell_status(server)


async def login_chatgpt(server: Server, _: RequestId, __: NoParams) -> LoginChatGptResponse:
    """Wait for the user's browser, which the client opens; how it ends is told later."""
    if server.config.forced_login_method == "api":
        raise refused("ChatGPT login is disabled. Use API key login instead.")
    return await server.login.start()


async def cancel_login_chatgpt(server: Server, _: RequestId, params: CancelLoginChatGptParams) -> Empty:
    """Give up the login that is under way."""
    login_id = usual_uuid(params.login_id)
    if server.login.active_id != login_id:
        raise refused(f"login id not found: {login_id}")
    server.login.cancel()
    return Empty()


async def logout_chatgpt(server: Server, request_id: RequestId, __: NoParams) -> None:
    """Forget the stored login of any kind; then tell that the login changed."""
    config = server.config
    server.login.cancel()
    try:
        delete_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError as error:
        raise failed(f"logout failed: {error}") from None
    server.remote.auth.reload()
    server.client.reply(request_id, Empty())
    tell_status(server)


def tell_status(server: Server) -> None:
    """Tell the client which kind of login is in force."""
    auth = server.remote.auth.auth
    server.client.notify("authStatusChange", AuthStatusChangeNotification(auth.mode if auth is not None else None))


class _Active(msgspec.Struct, frozen=True):
    login_id: str
    server: LoginServer


class Login:
    """The login in the browser that is under way."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._active: _Active | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def active_id(self) -> str | None:
        """Its id, if there is one."""
        return self._active.login_id if self._active is not None else None

    async def start(self) -> LoginChatGptResponse:
        """Listen for the browser; an earlier login ends. Raises `RequestError`."""
        from octavo.auth.login_flow import LoginSettings
        from octavo.auth.login_server import LoginFailed, start_login

        config = self._server.config
        settings = LoginSettings(
            codex_home=config.codex_home,
            store=config.cli_auth_credentials_store,
            originator=self._server.remote.identity.originator,
            workspace=config.forced_chatgpt_workspace_id,
        )
        try:
            listening = await start_login(settings, self._server.remote.nameless_http)
        except LoginFailed as error:
            raise failed(f"failed to start login server: {error}") from None
        self.cancel()
        active = _Active(random_uuid(), listening)
        self._active = active
        task = asyncio.create_task(self._watch(active))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(log_failure)
        return LoginChatGptResponse(active.login_id, listening.auth_url)

    def cancel(self) -> None:
        """Give it up, if there is one."""
        if self._active is not None:
            self._active.server.cancel()
            self._active = None

    async def close(self) -> None:
        """End without a word: nobody is there to hear it."""
        for task in self._tasks:
            task.cancel()
        self.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _watch(self, active: _Active) -> None:
        failure = None
        try:
            async with asyncio.timeout(_LIMIT_SECONDS):
                await active.server.finished()
        except TimeoutError:
            failure = "Login timed out"
        except AuthError as error:
            failure = f"Login server error: {error}"
        finally:
            if self._active is active:
                self._active = None
        complete = LoginChatGptCompleteNotification(active.login_id, failure is None, failure)
        self._server.client.notify("loginChatGptComplete", complete)
        if failure is None:
            self._server.remote.auth.reload()
            tell_status(self._server)
