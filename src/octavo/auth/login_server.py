"""The small server on 127.0.0.1 that the browser comes back to at the end of a login (`docs/login.md`).

It listens on the loopback interface alone, answers only requests addressed to it by
a name of this machine, and takes a code only together with the state of this attempt.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from urllib.parse import parse_qsl

from octavo.auth.login_exchange import (
    Granted,
    LoginFailed,
    WorkspaceRefused,
    check_workspace,
    exchange_code,
    exchange_for_api_key,
    store_login,
    success_query,
)
from octavo.auth.login_flow import LoginSettings, authorize_url, fresh_secrets, redirect_uri
from octavo.auth.login_pages import success_page
from octavo.auth.login_port import listen
from octavo.auth.login_reply import PageRequest, Reply, read_request, write_reply
from octavo.auth.tokens import AuthError
from octavo.http.client import HttpClient

__all__ = ["LoginFailed", "LoginServer", "start_login"]

CANCELLED = "Login cancelled"
NOT_COMPLETED = "Login was not completed"

_LINGER_SECONDS = 2.0


async def start_login(settings: LoginSettings, http: HttpClient) -> LoginServer:
    """Listen for the browser, taking the port from another login if need be. Raises `LoginFailed`.

    `http` asks the login server and carries no identity. Whoever starts has to wait for `finished`.
    """
    login = LoginServer(settings, http)
    await login.listen()
    return login


class LoginServer:
    """A login under way: show `auth_url` to the user, then wait for `finished`."""

    def __init__(self, settings: LoginSettings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        self._secrets = fresh_secrets()
        self._server: asyncio.Server | None = None
        self._outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._visits: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self.port = settings.port

    @property
    def auth_url(self) -> str:
        """The address that the user opens."""
        return authorize_url(self._settings, self._secrets, self.port)

    async def listen(self) -> None:
        """Take the port. Raises `LoginFailed`."""
        self._server = await listen(self._settings.port, self._visit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def finished(self) -> None:
        """Until the browser has seen the last page; the port is free then, also if this wait is cancelled.

        Raises `LoginFailed` with the reason if the login came to nothing.
        """
        try:
            await asyncio.shield(self._outcome)
        finally:
            await self._close()

    def cancel(self) -> None:
        """Give the login up: the port is free at once, and `finished` fails."""
        self._end(LoginFailed(NOT_COMPLETED))

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        # Browsers also keep connections open that they never use: nobody waits for those.
        if self._answering:
            await asyncio.wait(self._answering, timeout=_LINGER_SECONDS)
        for visit in self._visits:
            visit.cancel()
        if self._visits:
            await asyncio.wait(self._visits)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # coroutines of asyncio's servers run in tasks  # noqa: S101
        self._visits.add(task)
        task.add_done_callback(self._visits.discard)
        with contextlib.suppress(ConnectionError, TimeoutError), contextlib.closing(writer):
            request = await read_request(reader)
            if request is None:
                return
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            reply = await self._reply(request)
            try:
                await write_reply(writer, reply, request)
            finally:
                # Told even if the browser hung up: the login stands or falls without it.
                if reply.ends:
                    self._end(reply.failure)

    async def _reply(self, request: PageRequest) -> Reply:
        if not request.is_for_this_machine:
            return Reply(403, "Forbidden")
        match request.path:
            case None:
                return Reply(400, "Bad Request")
            case "/auth/callback":
                return await self._callback(dict(parse_qsl(request.query, keep_blank_values=True)))
            case "/success":
                page = success_page(dict(parse_qsl(request.query, keep_blank_values=True)))
                return Reply(200, page, is_html=True, ends=True)
            case "/cancel":
                return Reply(200, CANCELLED, ends=True, failure=LoginFailed(CANCELLED))
        return Reply(404, "Not Found")

    async def _callback(self, query: dict[str, str]) -> Reply:
        if not hmac.compare_digest(query.get("state", "").encode(), self._secrets.state.encode()):
            return Reply(400, "State mismatch")
        code = query.get("code", "")
        if not code:
            return Reply(400, "Missing authorization code")
        try:
            granted = await self._granted(code)
        except WorkspaceRefused as error:
            return Reply(200, str(error), ends=True, failure=error)
        except AuthError as error:
            return Reply(500, f"Token exchange failed: {error}")
        api_key = await exchange_for_api_key(self._http, self._settings, granted.id_token)
        if self._outcome.done():  # given up meanwhile
            return Reply(400, NOT_COMPLETED)
        try:
            store_login(self._settings, granted, api_key)
        except AuthError as error:
            return Reply(500, f"Unable to persist auth file: {error}")
        return Reply(302, "", location=f"http://localhost:{self.port}/success?{success_query(self._settings, granted)}")

    async def _granted(self, code: str) -> Granted:
        redirect = redirect_uri(self.port)
        granted = await exchange_code(self._http, self._settings, code, redirect, self._secrets.verifier)
        check_workspace(self._settings, granted.claims)
        return granted

    def _end(self, failure: LoginFailed | None) -> None:
        if self._server is not None:
            self._server.close()
        if self._outcome.done():
            return
        if failure is None:
            self._outcome.set_result(None)
        else:
            self._outcome.set_exception(failure)
            self._outcome.exception()  # whoever left without waiting needs no warning of asyncio
