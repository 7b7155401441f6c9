"""What all sessions of the process share: the client, its capabilities, the login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from octavo.config.config import Config
from octavo.frontends.acp.client_calls import ClientCalls
from octavo.frontends.acp.types.params import ClientCapabilities
from octavo.frontends.jsonrpc.answers import LaterAnswers
from octavo.frontends.jsonrpc.errors import RequestError
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.peer import Peer
from octavo.frontends.jsonrpc.questions import Questions
from octavo.protocol.policy import SandboxMode
from octavo.runtime.runtime import Runtime

if TYPE_CHECKING:
    from octavo.frontends.acp.session import LiveSession
    from octavo.frontends.acp.wishes import Wishes
    from octavo.frontends.login import Login

_NOT_FOUND = -32002
_AUTHENTICATION_REQUIRED = -32000


class Server:
    """The process; `runtime` makes configurations and conversations. `open_browser` tries to show an address."""

    def __init__(self, runtime: Runtime, peer: Peer, open_browser: Callable[[str], bool]) -> None:
        self.runtime, self.peer, self.open_browser = runtime, peer, open_browser
        self.is_initialized = False
        self.capabilities = ClientCapabilities()
        self.sessions: dict[str, LiveSession] = {}
        self.questions = Questions()
        self.calls = ClientCalls(peer)
        self._login: Login | None = None
        self._later = LaterAnswers(peer)

    @property
    def login(self) -> Login:
        """The login in the browser, if one is under way."""
        if self._login is None:
            from octavo.frontends.login import Login

            self._login = Login(self.runtime)
        return self._login

    def session(self, session_id: str) -> LiveSession:
        """The session that a request means. Raises `RequestError`."""
        session = self.sessions.get(session_id)
        if session is None:
            raise no_such_session(session_id)
        return session

    def config_for(self, wishes: Wishes, mode: SandboxMode | None = None) -> Config:
        """Files read anew, the program's own flags, then the session's. Raises `ConfigError`."""
        return self.runtime.derive(wishes.flags(mode), wishes.overrides)

    def answer_later(self, request_id: RequestId, work: Coroutine[None, None, object]) -> None:
        """Start work whose result answers the request; other messages are taken meanwhile."""
        self._later.start(request_id, work)

    async def settle(self) -> None:
        """The client is gone, and nobody waits for what it began."""
        for session in self.sessions.values():
            session.give_up()

    async def close(self) -> None:
        """End everything that runs."""
        self._later.cancel()
        if self._login is not None:
            await self._login.close()
        self.calls.close()
        await asyncio.gather(*(session.close() for session in self.sessions.values()))
        await self._later.ended()
        await self.runtime.aclose()


def no_such_session(session_id: str) -> RequestError:
    """There is no session of this id."""
    return RequestError(_NOT_FOUND, f"Session not found: {session_id[:80]}")


def login_needed(message: str) -> RequestError:
    """Somebody has to log in first; the client then offers the ways to do so."""
    return RequestError(_AUTHENTICATION_REQUIRED, message)
