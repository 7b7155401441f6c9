"""What the handlers of all requests share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar

from octavo.frontends.app_server.dialect import Dialect
from octavo.frontends.jsonrpc.answers import LaterAnswers
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.peer import Peer
from octavo.runtime.runtime import Runtime

if TYPE_CHECKING:
    from octavo.frontends.app_server.feedback_log import FeedbackLog
    from octavo.frontends.app_server.listeners import Listeners
    from octavo.frontends.app_server.loaded import LoadedConversations
    from octavo.frontends.app_server.searches import Searches
    from octavo.frontends.jsonrpc.questions import Questions
    from octavo.frontends.login import Login

Room = TypeVar("Room")


class Server:
    """The process: its configuration, its client, its conversations, and the login that they share.

    `config` is what the program started with; `runtime` makes others, and conversations.
    Rooms that only some requests enter are made when one does, so that the first
    answer does not wait for the agent to be loaded.
    """

    def __init__(self, runtime: Runtime, peer: Peer, dialect: Callable[[], Dialect]) -> None:
        """`dialect` gives the client's, unless another one has turned out before (`generations`)."""
        self.runtime, self.config, self.remote = runtime, runtime.config, runtime.remote
        self.peer = peer
        self.is_initialized = False
        self._first_dialect = dialect
        self._dialect: Dialect | None = None
        self._later = LaterAnswers(peer)
        self._conversations: LoadedConversations | None = None
        self._questions: Questions | None = None
        self._listeners: Listeners | None = None
        self._login: Login | None = None
        self._searches: Searches | None = None
        self._rooms: dict[type, object] = {}
        self.at_end: list[Callable[[], None]] = []
        """What ends as soon as the client says nothing more."""
        self.feedback_log: FeedbackLog | None = None

    @property
    def dialect(self) -> Dialect:
        """The client's, as far as it is known."""
        if self._dialect is None:
            self._dialect = self._first_dialect()
        return self._dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @property
    def conversations(self) -> LoadedConversations:
        """The conversations in memory."""
        if self._conversations is None:
            from octavo.frontends.app_server.loaded import LoadedConversations

            self._conversations = LoadedConversations()
        return self._conversations

    @property
    def questions(self) -> Questions:
        """What the client was asked."""
        if self._questions is None:
            from octavo.frontends.jsonrpc.questions import Questions

            self._questions = Questions()
        return self._questions

    @property
    def listeners(self) -> Listeners:
        """Who hears the events of which conversation."""
        if self._listeners is None:
            from octavo.frontends.app_server.listeners import Listeners

            self._listeners = Listeners(self.peer, lambda: self.questions)
        return self._listeners

    @property
    def login(self) -> Login:
        """The login in the browser, if one is under way."""
        if self._login is None:
            from octavo.frontends.login import Login

            self._login = Login(self.runtime)
        return self._login

    @property
    def searches(self) -> Searches:
        """The file searches that run."""
        if self._searches is None:
            from octavo.frontends.app_server.searches import Searches

            self._searches = Searches(self.config)
        return self._searches

    def room(self, kind: type[Room]) -> Room:
        """What one dialect keeps for itself: made when it is first asked for, one of a kind."""
        room = self._rooms.get(kind)
        if not isinstance(room, kind):
            room = self._rooms[kind] = kind()
        return room

    def keep_feedback_log(self) -> None:
        """Keep log lines for reports, if reports go anywhere."""
        if self.config.environ.get("OCTAVO_FEEDBACK_DSN"):
            from octavo.frontends.app_server.feedback_log import keep_log

            self.feedback_log = keep_log()

    def answer_later(self, request_id: RequestId, work: Coroutine[None, None, object]) -> None:
        """Start work whose result answers the request; it is waited for when the client says nothing more."""
        self._later.start(request_id, work)

    async def settle(self) -> None:
        """Wait until every answer is given that is owed."""
        for end in self.at_end:
            end()
        await self._later.ended()

    async def close(self) -> None:
        """End everything that runs."""
        self._later.cancel()
        if self._searches is not None:
            self._searches.close()
        if self._login is not None:
            await self._login.close()
        if self._listeners is not None:
            self._listeners.close()
        if self._conversations is not None:
            await self._conversations.close_all()
        await self._later.ended()
        await self.runtime.aclose()
