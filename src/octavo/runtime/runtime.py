"""The composition root: from configuration sources to conversations (`docs/architecture.md`, "One assembly").

Every door stands on a `Runtime`, and several may live in one process. It touches
nothing that belongs to the process as a whole: not its environment, working directory,
signals or garbage collector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.overrides import Override
from octavo.config.schema import LocalModel
from octavo.runtime.front_end import FrontEnd
from octavo.runtime.remote import Remote

TYPE_CHECKING = False  # the agent is loaded with the first conversation: a server's handshake need not wait for it
if TYPE_CHECKING:
    from octavo.config.load import ConfigSources
    from octavo.engine.conversation import Conversation
    from octavo.engine.services import Services
    from octavo.model.backend import ModelBackend
    from octavo.process.patch_links import PatchLinks
    from octavo.protocol.checkout import GitInfo
    from octavo.protocol.ids import ConversationId
    from octavo.protocol.items import ResponseItem
    from octavo.telemetry.attach import Attached
    from octavo.tools.context import Editor
    from octavo.tools.telemetry import Telemetry


class Runtime:
    """What conversations of one front end share: configuration, login, clients, models.

    `sources` say how to make a configuration anew, `config` is the one they gave at the start.
    `warn` is told, in a line, what could not be prepared and is done without. `telemetry` can
    be given before the first conversation; otherwise it is what `[otel]` says (`docs/telemetry.md`).
    """

    def __init__(
        self, sources: ConfigSources, config: Config, front_end: FrontEnd, warn: Callable[[str], None] | None = None
    ) -> None:
        self.front_end = front_end
        self._links = _patch_links(config.codex_home, warn)
        environ = _with_links(config.environ, self._links)
        self.sources = msgspec.structs.replace(sources, environ=environ)
        self.config = msgspec.structs.replace(config, environ=environ)
        self.remote = Remote(self.config, front_end.originator, env_key=front_end.env_key)
        self.telemetry: Telemetry | None = None
        self._attached: Attached | None = None
        self._chosen_backend: ModelBackend | None = None
        self._local_models: dict[LocalModel, ModelBackend] = {}

    # --- configurations ----------------------------------------------------------------

    def derive(self, flags: ConfigFlags, overrides: tuple[Override, ...] = ()) -> Config:
        """A configuration for one conversation: files read anew, the start's overrides, `overrides`, then `flags`.

        Raises `ConfigError`.
        """
        from octavo.config.load import load_config

        given = self.sources.cli_overrides + overrides
        return load_config(msgspec.structs.replace(self.sources, cli_overrides=given, flags=flags))

    # --- the model -----------------------------------------------------------------------

    def backend(self, config: Config) -> ModelBackend:
        """Where answers come from. A model inside this process is loaded once for all conversations."""
        if self._chosen_backend is not None:
            return self._chosen_backend
        from octavo.model.choose import backend_for

        if config.model_provider_id != "embedded":
            return backend_for(config, self.remote.auth, self.remote.http)
        if config.local_model not in self._local_models:
            self._local_models[config.local_model] = backend_for(config, self.remote.auth, self.remote.http)
        return self._local_models[config.local_model]

    def use_backend(self, backend: ModelBackend) -> None:
        """Let all answers come from here, whatever the configurations say."""
        self._chosen_backend = backend

    def load_local_model(self, tell: Callable[[str], None]) -> None:
        """Load the model that runs inside this process, if the configuration has chosen one.

        Loading stops every thread, so it is best done before an event loop runs. `tell` gets
        a line beforehand if it will take a while. Raises `LocalModelUnavailable`.
        """
        if self._chosen_backend is not None or self.config.model_provider_id != "embedded":
            return
        from octavo.model.embedded.backend import EmbeddedBackend

        backend = self.backend(self.config)
        if isinstance(backend, EmbeddedBackend):
            backend.load(tell)

    def load_agent(self) -> None:
        """Import the agent now, with exporters if there are any, so that the first conversation need not wait."""
        from octavo.engine import start  # noqa: F401

        if self.telemetry is None:
            self._configured_telemetry()

    # --- the login -----------------------------------------------------------------------

    @property
    def login_is_restricted(self) -> bool:
        """Whether the configuration says who may be logged in, so that `check_login` has something to do."""
        config = self.config
        return config.forced_login_method is not None or config.forced_chatgpt_workspace_id is not None

    async def check_login(self) -> None:
        """Pass if the login in force is allowed; else it is removed and `LoginRefused` raised.

        Raises another `OctavoError` where the login cannot be read or refreshed.
        """
        from octavo.auth.restrictions import check_login_restrictions
        from octavo.http.client import HttpClient

        config = self.config
        await check_login_restrictions(config, config.environ, lambda: HttpClient(self.remote.identity, config.environ))

    # --- conversations -------------------------------------------------------------------

    def services(
        self,
        config: Config,
        *,
        saves: bool = True,
        thread_source: str | None = None,
        editor: Editor | None = None,
        backend: ModelBackend | None = None,
    ) -> Services:
        """Everything outside the agent that a conversation under `config` stands on, saved or not."""
        from octavo.engine.services import Services
        from octavo.git.info import git_info

        front_end = self.front_end
        return Services(
            backend or self.backend(config),
            source=front_end.source,
            originator=self.remote.identity.originator,
            deltas=front_end.deltas,
            replays=front_end.replays,
            saves=saves,
            thread_source=thread_source,
            git_info=front_end.git_info or git_info,
            telemetry=self.telemetry or self._configured_telemetry(),
            tools=front_end.tools,
            agents=front_end.agents,
            hooks=front_end.hooks,
            editor=editor,
        )

    def _configured_telemetry(self) -> Telemetry | None:
        """What `[otel]` says, opened for the first conversation; None without an exporter or its packages."""
        if self._attached is None and self.config.otel.exporters:
            from octavo.runtime.telemetry import attached_to

            self._attached = attached_to(self.config, self.remote)
        return self._attached

    async def open(
        self,
        config: Config | None = None,
        *,
        saves: bool = True,
        saves_at_once: bool = True,
        conversation_id: ConversationId | None = None,
        thread_source: str | None = None,
        editor: Editor | None = None,
        backend: ModelBackend | None = None,
        git_info: Callable[[str], Awaitable[GitInfo | None]] | None = None,
    ) -> Conversation:
        """A new conversation, under the configuration of the start or another, saved or not.

        Without `saves_at_once` it is saved from its first turn on, and leaves nothing if it has none.
        It gets a new id unless one was made for it before. `thread_source` is saved with it: what
        kind of work it is for, in the client's words. `backend` answers this one alone. `git_info` tells
        about its checkout, where somebody has begun to ask already. Raises `OctavoError`.
        """
        from octavo.git.info import early_git_info

        config = config or self.config
        git_info = git_info or self.front_end.git_info
        if git_info is None and saves:
            git_info = early_git_info(config.cwd)  # git works while the rest is imported
        from octavo.engine.start import new_conversation

        services = self.services(config, saves=saves, thread_source=thread_source, editor=editor, backend=backend)
        services = msgspec.structs.replace(
            services, saves_at_once=saves_at_once, git_info=git_info or services.git_info
        )
        return await new_conversation(config, services, conversation_id)

    async def resume(self, path: str, config: Config | None = None, *, editor: Editor | None = None) -> Conversation:
        """Go on with the session saved at `path`: same id, same file, settings of now. Raises `OctavoError`."""
        from octavo.engine.start import resume_conversation

        config = config or self.config
        return await resume_conversation(config, self.services(config, editor=editor), path)

    async def fork(
        self,
        path: str,
        user_message: int | None,
        config: Config | None = None,
        *,
        saves: bool = True,
        thread_source: str | None = None,
    ) -> Conversation:
        """A new conversation with what stood before the n-th message of the user, counted from 0, or with all of it.

        Raises `OctavoError`.
        """
        from octavo.engine.start import fork_conversation

        config = config or self.config
        services = self.services(config, saves=saves, thread_source=thread_source)
        return await fork_conversation(config, services, path, user_message)

    async def open_with(self, items: Sequence[ResponseItem], config: Config | None = None) -> Conversation:
        """A new conversation in which these items, and nothing else, came before. Raises `OctavoError`."""
        from octavo.engine.start import conversation_from_history

        config = config or self.config
        return await conversation_from_history(config, self.services(config), items)

    async def aclose(self) -> None:
        """The end: telemetry is sent, connections are closed and our folder is removed.

        Conversations are closed by who opened them, beforehand.
        """
        if self._attached is not None:
            await asyncio.to_thread(self._attached.close)
        await self.remote.aclose()
        if self._links is not None:
            self._links.remove()


def _patch_links(codex_home: str, warn: Callable[[str], None] | None) -> PatchLinks | None:
    """The programs `apply_patch` and `applypatch`; where they cannot be made, models still patch through tools."""
    from octavo.process.patch_links import make_patch_links

    try:
        return make_patch_links(codex_home)
    except OSError as error:
        if warn is not None:
            warn(f"WARNING: proceeding, even though we could not update PATH: {error.strerror}")
        return None


def _with_links(environ: Mapping[str, str], links: PatchLinks | None) -> Mapping[str, str]:
    """The environment in which commands find these programs before all others."""
    if links is None:
        return environ
    from octavo.process.patch_links import path_with_links

    return {**environ, "PATH": path_with_links(links, environ)}
