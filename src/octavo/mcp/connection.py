"""One configured server from its start to its end, in a task of its own (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.errors import OctavoError
from octavo.mcp.errors import RequestFailed, StartFailed
from octavo.mcp.names import is_server_name
from octavo.mcp.outside import bearer_token, configured_headers

if TYPE_CHECKING:
    from octavo.mcp.client import McpClient
    from octavo.mcp.http_transport import ServerAddress
    from octavo.mcp.oauth.credentials import TokenStore

log = logging.getLogger(__name__)

Json = dict[str, Any]

STARTUP_SECONDS = 10.0
TOOL_SECONDS = 60.0
_LEAVES_WITHIN = 6.0  # seconds for a server process, which has steps of its own
_HANGS_UP_WITHIN = 2.0  # seconds for a server over the network to take our goodbye
_MOST_TOOLS = 10_000
_NO_SUCH_METHOD = "Mcp error: -32601:"
GITHUB_URL = "https://api.githubcopilot.com/mcp"


class Connection:
    """A server that starts, runs, or failed to start (`failure`); `listed` are its tools as it described them.

    `revision` counts how often the list changed, and `settled` is set while it is not being asked for again.
    """

    def __init__(
        self,
        name: str,
        server: McpServer,
        environ: Mapping[str, str],
        store: TokenStore,
        sdk: asyncio.Future[None],
        tell: Callable[[str], None],
    ) -> None:
        self.name, self.server, self._tell = name, server, tell
        self._environ, self._store, self._sdk = environ, store, sdk
        self._stop = asyncio.Event()
        self._client: McpClient | None = None
        self.listed: tuple[Json, ...] = ()
        self.revision = 0
        self._was_told_unlisted = False
        self.settled = asyncio.Event()
        self.settled.set()
        self._changed = asyncio.Event()
        self.failure: str | None = None
        self.started = asyncio.Event()
        """Set when it is known whether it runs."""
        self._task = asyncio.create_task(self._live())

    @property
    def is_open(self) -> bool:
        """Whether it started."""
        return self._client is not None

    async def request(
        self,
        method: str,
        params: Json,
        seconds: float | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> Json:
        """Ask the server, within the time for tools if no other is given. Raises `RequestFailed`."""
        if self._client is None:
            raise RequestFailed(f"{method} failed: MCP server `{self.name}` is not running")
        if seconds is None:
            seconds = self.server.tool_timeout_sec
        return await self._client.request(method, params, TOOL_SECONDS if seconds is None else seconds, on_progress)

    async def close(self) -> None:
        """Take leave, end what does not, and wait until it is gone."""
        self._stop.set()
        over_network = isinstance(self.server.transport, HttpTransport)
        if not self.started.is_set():
            self._task.cancel()
        try:
            await asyncio.wait({self._task}, timeout=_HANGS_UP_WITHIN if over_network else _LEAVES_WITHIN)
        finally:
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task})

    async def _live(self) -> None:
        try:
            async with self._opened():
                await self._follow_changes()
        except Exception as error:
            # The SDK and what it stands on raise errors of many kinds, and one server must not touch the others.
            cause = _innermost(error)
            reason = str(cause) or type(cause).__name__
            # At the end, transports complain of what we cut off ourselves.
            level = logging.DEBUG if self._stop.is_set() else logging.WARNING
            log.log(level, "MCP server %s: %s", self.name, reason, exc_info=log.isEnabledFor(logging.DEBUG))
            if not self.started.is_set():
                self.failure = reason if isinstance(cause, StartFailed) else self._failed(cause)
        finally:
            self._client = None if self.failure else self._client
            self.started.set()
            self.settled.set()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        if not is_server_name(self.name):
            raise StartFailed(f"invalid server name '{self.name}': must match pattern ^[a-zA-Z0-9_-]+$")
        transport = self.server.transport
        if isinstance(transport, StdioTransport):
            async with self._over_stdio(transport):
                yield
        else:
            async with self._over_http(transport):
                yield

    @asynccontextmanager
    async def _over_stdio(self, transport: StdioTransport) -> AsyncIterator[None]:
        from octavo.mcp.server_process import start_process

        try:
            process = start_process(transport, self._environ)  # it gets ready while the SDK is imported
        except (OSError, ValueError) as error:
            raise StartFailed(self._failed(error)) from None
        try:
            await self._imported()
            from octavo.mcp.client import open_client
            from octavo.mcp.stdio_transport import stdio_streams

            async with self._clock() as clock, open_client(self.name, stdio_streams(process), self._tell) as client:
                try:
                    await client.initialize()
                except RequestFailed as error:
                    raise StartFailed(self._failed(await process.why_not_started() or _handshake(error))) from None
                await self._ready(client, clock)
                yield
        finally:
            await process.end()

    @asynccontextmanager
    async def _over_http(self, transport: HttpTransport) -> AsyncIterator[None]:
        await self._imported()
        from octavo.mcp.client import open_client
        from octavo.mcp.http_transport import ServerAddress

        address = ServerAddress(transport.url, *self._authorization(transport), self._environ)
        async with self._clock() as clock:
            async with open_client(self.name, address.newer(), self._tell) as client:
                try:
                    await client.initialize()
                except RequestFailed as error:
                    if not address.seems_old:
                        raise StartFailed(self._refused(transport, address, error)) from None
                else:
                    await self._ready(client, clock)
                    yield
                    return
            async with open_client(self.name, address.older(), self._tell) as client:
                try:
                    await client.initialize()
                except RequestFailed as error:
                    raise StartFailed(self._refused(transport, address, error)) from None
                await self._ready(client, clock)
                yield

    async def _imported(self) -> None:
        await asyncio.shield(self._sdk)

    @asynccontextmanager
    async def _clock(self) -> AsyncIterator[asyncio.Timeout]:
        """Bounds the handshake, until `_ready` stops it."""
        seconds = self.server.startup_timeout_sec
        limit = STARTUP_SECONDS if seconds is None else seconds
        try:
            async with asyncio.timeout(limit) as clock:
                yield clock
        except TimeoutError:
            if self.started.is_set():
                raise
            raise StartFailed(
                f"MCP client for `{self.name}` timed out after {int(limit)} seconds. Add or adjust "
                f"`startup_timeout_sec` in your config.toml:\n[mcp_servers.{self.name}]\nstartup_timeout_sec = XX"
            ) from None

    async def _ready(self, client: McpClient, clock: asyncio.Timeout) -> None:
        """The handshake is done: ask for the tools. A server that does not tell them is used without."""
        clock.reschedule(None)
        self._client = client
        client.on_tools_changed = self._note_change
        self.listed = await self._list_tools() or ()
        self.started.set()

    def _note_change(self) -> None:
        self.settled.clear()
        self._changed.set()

    async def _follow_changes(self) -> None:
        """Ask for the tools again each time the server says that they changed, until the end."""
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            while True:
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait({stopped, changed}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                if stopped.done():
                    return
                self._changed.clear()
                if (listed := await self._list_tools()) is not None:
                    self.listed, self.revision = listed, self.revision + 1
                if not self._changed.is_set():
                    self.settled.set()
        finally:
            stopped.cancel()

    async def _list_tools(self) -> tuple[Json, ...] | None:
        """All pages of the tools, as far as they come within the time; None if not even the first one does."""
        seconds = self.server.startup_timeout_sec
        deadline = time.monotonic() + (STARTUP_SECONDS if seconds is None else seconds)
        listed: list[Json] | None = None
        cursor, seen = None, set[str]()
        while True:
            left = round(max(deadline - time.monotonic(), 0.0), 2)
            try:
                answer = await self.request("tools/list", {"cursor": cursor} if cursor else {}, left)
                page, cursor = answer.get("tools"), answer.get("nextCursor")
                if not isinstance(page, list):
                    raise RequestFailed("the answer to tools/list has no list")
            except RequestFailed as error:
                self._tell_unlisted(str(error), is_first=listed is None and not self.started.is_set())
                return None if listed is None else tuple(listed)
            listed = (listed or []) + [tool for tool in page if _is_tool(tool)]
            if not isinstance(cursor, str) or not cursor or cursor in seen or len(listed) > _MOST_TOOLS:
                return tuple(listed)
            seen.add(cursor)

    def _tell_unlisted(self, why: str, *, is_first: bool) -> None:
        log.warning("MCP server %s: %s", self.name, why)
        if self._was_told_unlisted or _NO_SUCH_METHOD in why:  # a server need not have any tools
            return
        self._was_told_unlisted = True
        what = "its tools, so the model does not have them" if is_first else "all of its tools"
        self._tell(f"MCP server `{self.name}` did not list {what}: {why}")

    def _authorization(self, transport: HttpTransport) -> tuple[dict[str, str], Any]:
        """The headers of every request, and who adds the token where a login was stored."""
        headers = configured_headers(transport, self._environ)
        if token := bearer_token(transport, self._environ):
            return {**headers, "authorization": f"Bearer {token}"}, None
        try:
            tokens = self._store.load(self.name, transport.url)
        except OctavoError as error:
            log.warning("the stored login of MCP server %s cannot be read: %s", self.name, error)
            tokens = None
        if tokens is None:
            return headers, None
        from octavo.mcp.token_auth import StoredTokenAuth

        return headers, StoredTokenAuth(self._store, tokens, headers, self._environ)

    def _refused(self, transport: HttpTransport, address: ServerAddress, error: RequestFailed) -> str:
        bare = transport.bearer_token_env_var is None and not (transport.http_headers or transport.env_http_headers)
        if transport.url.rstrip("/") == GITHUB_URL and bare:
            return (
                "GitHub MCP does not support OAuth. Log in by adding a personal access token "
                "(https://github.com/settings/personal-access-tokens) to your environment and config.toml:\n"
                f"[mcp_servers.{self.name}]\nbearer_token_env_var = CODEX_GITHUB_PERSONAL_ACCESS_TOKEN"
            )
        if address.wants_login:
            return f"The {self.name} MCP server is not logged in. Run `octavo mcp login {self.name}`."
        return self._failed(_handshake(error))

    def _failed(self, cause: object) -> str:
        if isinstance(cause, OSError) and cause.errno is not None:
            cause = f"{cause.strerror} (os error {cause.errno})"
        return f"MCP client for `{self.name}` failed to start: {str(cause) or type(cause).__name__}"


def _handshake(error: RequestFailed) -> str:
    reason = str(error).removeprefix("initialize failed: ")
    if reason == "connection closed":
        reason = "connection closed: initialize response"
    return f"handshaking with MCP server failed: {reason}"


def _is_tool(tool: object) -> bool:
    return isinstance(tool, dict) and isinstance(tool.get("name"), str) and isinstance(tool.get("inputSchema"), dict)


def _innermost(error: BaseException) -> BaseException:
    """The first error in groups of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
