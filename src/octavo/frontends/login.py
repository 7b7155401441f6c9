"""The login in the browser: one can be under way, and the newest counts (`docs/app-server.md`, "Login")."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from octavo.auth.storage import StoredLogin, delete_login, save_login
from octavo.auth.tokens import AuthError
from octavo.frontends.ids import random_uuid
from octavo.frontends.jsonrpc.answers import log_failure
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.runtime.runtime import Runtime

if TYPE_CHECKING:
    from octavo.auth.login_flow import LoginSettings

_LIMIT_SECONDS = 600.0


OnEnd = Callable[[str, str | None], None]
"""Told a login's id, and what went wrong if anything did."""


class _Active(msgspec.Struct, frozen=True):
    login_id: str
    finished: Callable[[], Awaitable[None]]
    give_up: Callable[[], object]
    on_end: OnEnd


class Login:
    """The login that is under way, into the store of this runtime."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._active: _Active | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def active_id(self) -> str | None:
        """Its id, if there is one."""
        return self._active.login_id if self._active is not None else None

    async def start(self, on_end: OnEnd) -> tuple[str, str]:
        """Listen for the browser; an earlier login ends. The login's id, and the address to open.

        `on_end` is told the id and what went wrong, if anything did, unless the login is
        given up. Raises `LoginFailed` (`auth.login_server`).
        """
        from octavo.auth.login_server import start_login

        listening = await start_login(self._settings(), self._runtime.remote.nameless_http)
        return self._begin(listening.finished, listening.cancel, on_end), listening.auth_url

    async def start_by_code(self, on_end: OnEnd) -> tuple[str, str, str]:
        """Wait for a code to be typed on any device; an earlier login ends.

        The login's id, the address to open and the code. Raises `LoginFailed` (`auth.login_exchange`).
        """
        from octavo.auth.device_code import VERIFICATION_URL, finish_device_login, request_device_code

        settings, http = self._settings(), self._runtime.remote.nameless_http
        code = await request_device_code(http, settings)
        waiting = asyncio.ensure_future(finish_device_login(http, settings, code))
        login_id = self._begin(lambda: _typed(waiting), waiting.cancel, on_end)
        return login_id, VERIFICATION_URL, code.user_code

    def _settings(self) -> LoginSettings:
        from octavo.auth.login_flow import LoginSettings

        config, remote = self._runtime.config, self._runtime.remote
        return LoginSettings(
            codex_home=config.codex_home,
            store=config.cli_auth_credentials_store,
            originator=remote.identity.originator,
            workspace=config.forced_chatgpt_workspace_id,
        )

    def _begin(self, finished: Callable[[], Awaitable[None]], give_up: Callable[[], object], on_end: OnEnd) -> str:
        self.cancel()
        active = _Active(random_uuid(), finished, give_up, on_end)
        self._active = active
        task = asyncio.create_task(self._watch(active))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(log_failure)
        return active.login_id

    def store_key(self, api_key: str) -> None:
        """Store an API key in the place of any other login. Raises `RequestError`."""
        config = self._runtime.config
        if config.forced_login_method == "chatgpt":
            raise refused("API key login is disabled. Use ChatGPT login instead.")
        self.cancel()
        try:
            save_login(config.codex_home, StoredLogin(api_key), config.cli_auth_credentials_store)
        except AuthError as error:
            raise failed(f"failed to save api key: {error}") from None
        self._runtime.remote.auth.reload()

    def forget(self) -> None:
        """Remove the stored login of any kind. Raises `RequestError`."""
        config = self._runtime.config
        self.cancel()
        try:
            delete_login(config.codex_home, config.cli_auth_credentials_store)
        except AuthError as error:
            raise failed(f"logout failed: {error}") from None
        self._runtime.remote.auth.reload()

    def cancel(self) -> None:
        """Give it up, if there is one."""
        if self._active is not None:
            self._active.give_up()
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
                await active.finished()
        except TimeoutError:
            failure = "Login timed out"
        except AuthError as error:
            failure = f"Login server error: {error}"
        finally:
            if self._active is active:
                self._active = None
        if failure is None:
            self._runtime.remote.auth.reload()
        active.on_end(active.login_id, failure)


async def _typed(waiting: asyncio.Future[None]) -> None:
    """Until the code was typed. Raises `LoginFailed`, also when the login is given up."""
    from octavo.auth.login_exchange import LoginFailed
    from octavo.auth.login_server import NOT_COMPLETED

    try:
        await asyncio.wait({waiting})
        waiting.result()
    except asyncio.CancelledError:
        if not waiting.cancelled():  # the server ends, and the login with it
            waiting.cancel()
            raise
        raise LoginFailed(NOT_COMPLETED) from None
