"""The threads in memory: each is a loaded conversation with what this dialect knows beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from octavo import __version__
from octavo.config.config import Config
from octavo.engine.conversation import Conversation
from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.narrator import Narrator
from octavo.frontends.app_server.v2.policies import configured_policy, shown_policy, shown_sandbox
from octavo.frontends.app_server.v2.records import preview_of
from octavo.frontends.app_server.v2.types.threads import Thread, ThreadResponse
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.app_server.v2.types.values import ApprovalsReviewer, AskedPolicy, ShownPolicy
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import refused
from octavo.protocol.ids import InvalidConversationId


class LiveThread:
    """A thread that goes on here.

    `before` are the turns that it had when it was loaded. `policy` and `reviewer` are what the
    client asked for; the engine runs under what `policies.effective_policy` makes of them.
    """

    def __init__(self, loaded: Loaded, config: Config, narrator: Narrator, saved: Thread | None = None) -> None:
        self.loaded, self.config, self.narrator = loaded, config, narrator
        self.saved = saved
        self.before: Sequence[Turn] = saved.turns if saved is not None else ()
        self.policy: AskedPolicy = configured_policy(config)
        self.reviewer: ApprovalsReviewer = config.approvals_reviewer
        self.thread_source: str | None = saved.thread_source if saved is not None else None
        self.forked_from: str | None = None
        self.subscription = ""
        self._created = time.time()

    @property
    def id(self) -> str:
        """The thread's id, which is its conversation's."""
        return self.loaded.id

    @property
    def conversation(self) -> Conversation:
        """The conversation behind it."""
        return self.loaded.conversation

    def turns(self) -> tuple[Turn, ...]:
        """All turns with all of their items."""
        return (*self.before, *(turn.shown("full") for turn in self.narrator.turns))

    def shown(self, server: Server, *, with_turns: bool = False) -> Thread:
        """The thread as clients see it."""
        from octavo.rollout.thread_names import thread_name

        turns = self.turns()
        settings, saved = self.conversation.settings, self.saved
        return Thread(
            id=self.id,
            session_id=self.id,
            preview=preview_of(turns),
            model_provider=self.config.model_provider_id,
            created_at=saved.created_at if saved is not None else int(self._created),
            updated_at=int(self.narrator.changed_at),
            status=self.narrator.status,
            cwd=settings.cwd,
            cli_version=__version__,
            source=saved.source if saved is not None else "vscode",
            ephemeral=not self.conversation.configured.rollout_path,
            path=self.conversation.configured.rollout_path or None,
            name=thread_name(self.config.codex_home, self.id),
            model=settings.model,
            reasoning_effort=settings.effort,
            forked_from_id=self.forked_from,
            git_info=saved.git_info if saved is not None else None,
            thread_source=self.thread_source,
            originator=server.remote.identity.originator,
            recency_at=int(self.narrator.changed_at),
            turns=turns if with_turns else (),
        )

    def response(self, server: Server, *, with_turns: bool = False) -> ThreadResponse:
        """The thread and what it runs under."""
        settings = self.conversation.settings
        policy: ShownPolicy = shown_policy(self.policy)
        return ThreadResponse(
            thread=self.shown(server, with_turns=with_turns),
            model=settings.model,
            model_provider=self.config.model_provider_id,
            cwd=settings.cwd,
            approval_policy=policy,
            approvals_reviewer=self.reviewer,
            sandbox=shown_sandbox(settings.sandbox_policy),
            reasoning_effort=settings.effort,
            service_tier=settings.service_tier,
        )


class Threads:
    """Which of the loaded conversations are told as threads."""

    def __init__(self) -> None:
        self._by_loaded: dict[Loaded, LiveThread] = {}

    def add(self, thread: LiveThread) -> None:
        """It is one from now on."""
        self._by_loaded[thread.loaded] = thread

    def of(self, loaded: Loaded) -> LiveThread | None:
        """The thread of a conversation; None for one of the older generation."""
        return self._by_loaded.get(loaded)

    def forget(self, thread: LiveThread) -> None:
        """It is over."""
        self._by_loaded.pop(thread.loaded, None)


def adopt(server: Server, conversation: Conversation, config: Config, saved: Thread | None = None) -> LiveThread:
    """A conversation becomes a thread that the client hears, from its next event on."""
    from octavo.frontends.app_server.v2.methods import V2

    return _thread_of(server, server.conversations.add(conversation, V2), config, saved)


def take_over(server: Server, loaded: Loaded, saved: Thread) -> LiveThread:
    """A conversation that the first generation began becomes a thread: it is told as one from now on."""
    return _thread_of(server, loaded, loaded.conversation.config, saved)


def _thread_of(server: Server, loaded: Loaded, config: Config, saved: Thread | None) -> LiveThread:
    from octavo.frontends.app_server.v2.methods import V2

    def tell(notice: Notice) -> None:
        server.peer.notify(notice.method, notice.params)

    narrator = Narrator(loaded.id, tell)
    loaded.speak_as(V2, narrator)
    thread = LiveThread(loaded, config, narrator, saved)
    server.room(Threads).add(thread)
    return thread


def listen(server: Server, thread: LiveThread) -> None:
    """Let the client hear the thread."""
    if not thread.subscription:
        thread.subscription = server.listeners.add(thread.loaded, wants_raw=False)


def find_thread(server: Server, thread_id: str) -> LiveThread | None:
    """The thread of this id, if it is loaded as one. Raises `RequestError` for what is no id."""
    loaded = server.conversations.find(known_id(thread_id))
    return server.room(Threads).of(loaded) if loaded is not None else None


def live_thread(server: Server, thread_id: str) -> LiveThread:
    """The loaded thread that a request means. Raises `RequestError`."""
    thread = find_thread(server, thread_id)
    if thread is None:
        raise refused(f"thread not found: {thread_id}")
    return thread


def known_id(thread_id: str) -> str:
    """The id in its usual spelling. Raises `RequestError`."""
    try:
        return usual_uuid(thread_id)
    except InvalidConversationId:
        raise refused(f"invalid session id: `{thread_id[:80]}` is not a UUID") from None
