"""`Agent`: what a program wants an agent to be like, and the threads that it has with it (`docs/library.md`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import msgspec

from octavo.api.approvals import ApprovalCallback
from octavo.api.errors import BadTool, NoSuchThread, ThreadBusy
from octavo.api.hooks import CalledHooks, Hooks
from octavo.api.output import OutputForm
from octavo.api.result import RunResult, T
from octavo.api.sub_agent import SubAgent
from octavo.api.thread import Thread
from octavo.api.tools import PythonTool, python_tools
from octavo.api.turn import Turn
from octavo.config.choices import ConfigFlags, canonical_folder
from octavo.config.config import Config
from octavo.config.home import apply_dotenv, find_home
from octavo.config.load import ConfigSources, load_config
from octavo.config.overrides import json_overrides
from octavo.config.toml import convert_tree
from octavo.errors import ConfigError
from octavo.protocol.policy import ApprovalPolicy, SandboxMode
from octavo.runtime.front_end import FrontEnd
from octavo.runtime.runtime import Runtime

if TYPE_CHECKING:
    from octavo.model.backend import ModelBackend
    from octavo.protocol.source import SessionSource

ORIGINATOR = "octavo_sdk_py"


class Agent:
    """An agent with its settings. It may have any number of threads at once, all in one event loop.

    What is not given comes from `config.toml`, as for every other way to start Octavo. As a context manager
    it is closed with its block.

    `cwd` is the folder to work in, the present one by default. `sandbox` says what commands may touch. `approve` is
    asked where the sandbox or `approval_policy` do not allow something by themselves; without it nobody is asked, and
    such things are refused. `instructions` are told beside the built-in ones, which `base_instructions` replace.
    `tools` are functions, `agents` other agents that this one may hand tasks to, `hooks` see what happens and may stop
    it. `backend` answers instead of the configured model. `config` are keys of `config.toml` (dotted ones, too),
    `add_dirs` more folders that commands may write. `ephemeral` saves nothing. `environ` stands for the environment of
    the process, which is not looked at then.

    Raises `ConfigError`, `BadTool`.
    """

    def __init__(
        self,
        *,
        cwd: str | os.PathLike[str] | None = None,
        model: str | None = None,
        instructions: str | None = None,
        base_instructions: str | None = None,
        sandbox: SandboxMode | None = None,
        approval_policy: ApprovalPolicy | None = None,
        approve: ApprovalCallback | None = None,
        tools: Iterable[Any] = (),
        agents: Iterable[SubAgent] = (),
        hooks: Hooks | None = None,
        backend: ModelBackend | None = None,
        profile: str | None = None,
        config: Mapping[str, Any] | None = None,
        add_dirs: Sequence[str | os.PathLike[str]] = (),
        ephemeral: bool = False,
        codex_home: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        name: str = ORIGINATOR,
    ) -> None:
        if approve is None and approval_policy not in (None, "never"):
            raise ConfigError(f"approval_policy={approval_policy!r} needs approve: there is nobody to ask")
        self._approve, self._ephemeral, self._backend = approve, ephemeral, backend
        self._tools: tuple[PythonTool[..., Any], ...] = python_tools(tools)
        self._agents = tuple(agents)
        self._hooks = hooks
        self._name = name
        flags = _checked_flags(
            model=model,
            profile=profile,
            sandbox_mode=sandbox,
            approval_policy="never" if approve is None else approval_policy,
            base_instructions=base_instructions,
            developer_instructions=instructions,
            additional_writable_roots=[os.fspath(folder) for folder in add_dirs],
        )
        self._sources = _sources(codex_home, environ, cwd, dict(config or {}), flags)
        self._config = load_config(self._sources)
        self._check_names()
        self._runtime: Runtime | None = None
        self._threads: set[Thread] = set()
        self._is_closed = False

    @property
    def cwd(self) -> str:
        """The folder that it works in, as an absolute path."""
        return self._config.cwd

    @property
    def model(self) -> str:
        """The model that answers."""
        return self._config.model

    # --- single runs ------------------------------------------------------------------

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> RunResult[None]: ...

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> RunResult[T]: ...

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> RunResult[Any]: ...

    async def run(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> RunResult[Any]:
        """One task in a thread of its own. See `Thread.run`."""
        return await self.stream(prompt, images=images, output=output).result()

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> Turn[None]: ...

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> Turn[T]: ...

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> Turn[Any]: ...

    def stream(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> Turn[Any]:
        """The same as a `Turn`, whose events come with `async for`. Raises `BadOutputType`."""
        form = OutputForm(output) if output is not None else None
        return Turn(self.thread_start, prompt, images, form, self._approve, owns_thread=True)

    # --- threads ----------------------------------------------------------------------

    async def thread_start(
        self, *, cwd: str | os.PathLike[str] | None = None, model: str | None = None, sandbox: SandboxMode | None = None
    ) -> Thread:
        """A new thread, with a folder, model or sandbox of its own where they are given. Raises `OctavoError`."""
        runtime = await self._started()
        config = self._derived(runtime, cwd, model, sandbox)
        return self._opened(await runtime.open(config, saves=not self._ephemeral))

    async def thread_resume(self, thread_id: str) -> Thread:
        """Go on with a saved session, under this agent's settings. Raises `NoSuchThread` or another `OctavoError`."""
        runtime = await self._started()
        return self._opened(await runtime.resume(self._saved(thread_id)))

    async def thread_fork(self, thread_id: str, *, user_message: int | None = None) -> Thread:
        """A new thread that begins like a saved session.

        With `user_message` it has what stood before that message of the user, counted from 0, and nothing where there
        are not that many. Raises as `thread_resume`.
        """
        runtime = await self._started()
        path = self._saved(thread_id)
        return self._opened(await runtime.fork(path, user_message, saves=not self._ephemeral))

    async def aclose(self) -> None:
        """End all threads and close every connection. Harmless a second time."""
        self._is_closed = True
        for thread in list(self._threads):
            await thread.aclose()
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            await runtime.aclose()

    async def __aenter__(self) -> Agent:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # --- behind them ------------------------------------------------------------------

    async def _started(self) -> Runtime:
        if self._is_closed:
            raise ThreadBusy("the agent is closed")
        if self._runtime is None:
            source: SessionSource = "exec"
            front_end = FrontEnd(
                source,
                self._name,
                env_key=True,
                replays=False,
                tools=tuple(tool.as_tool() for tool in self._tools),
                agents=tuple(agent.as_sub_agent() for agent in self._agents),
                hooks=CalledHooks(self._hooks) if self._hooks is not None else None,
            )
            runtime = Runtime(self._sources, self._config, front_end)
            if self._backend is not None:
                runtime.use_backend(self._backend)
            if runtime.login_is_restricted:
                await runtime.check_login()
            self._runtime = runtime
        return self._runtime

    def _derived(
        self, runtime: Runtime, cwd: str | os.PathLike[str] | None, model: str | None, sandbox: SandboxMode | None
    ) -> Config:
        if cwd is None and model is None and sandbox is None:
            return runtime.config
        own = {"model": model, "sandbox_mode": sandbox, "cwd": _folder(cwd, self.cwd)}
        given = {name: value for name, value in own.items() if value is not None}
        _checked_flags(**given)
        return runtime.derive(msgspec.structs.replace(self._sources.flags, **given))

    def _opened(self, conversation: Any) -> Thread:
        thread = Thread(conversation, self._approve, self._forked, self._threads.discard)
        self._threads.add(thread)
        return thread

    async def _forked(self, thread: Thread) -> Thread:
        runtime = await self._started()
        if not thread.path:
            raise NoSuchThread("a thread that is not saved cannot be forked")
        return self._opened(await runtime.fork(thread.path, None, thread.conversation.config))

    def _saved(self, thread_id: str) -> str:
        from octavo.rollout.find import find_session

        path = find_session(self._config.codex_home, thread_id)
        if path is None:
            raise NoSuchThread(f"no saved session has the id {thread_id}")
        return path

    def _check_names(self) -> None:
        from octavo.engine.settings import configured_settings, turn_context

        own = [tool.name for tool in self._tools]
        own += [f"agent_{agent.name}" for agent in self._agents]
        built_in = turn_context(self._config, configured_settings(self._config), "").toolbox.handlers
        for name in own:
            if name in built_in or own.count(name) > 1:
                raise BadTool(f"there is a tool {name} already: give yours another name")


def _checked_flags(**given: Any) -> ConfigFlags:
    """The flags, of the types that they say. Raises `ConfigError`: a sandbox that is not known must not be another."""
    try:
        return convert_tree({name: value for name, value in given.items() if value is not None}, ConfigFlags)
    except ConfigError as error:
        raise ConfigError(str(error).replace("\n", " ")) from None


def _sources(
    codex_home: str | os.PathLike[str] | None,
    environ: Mapping[str, str] | None,
    cwd: str | os.PathLike[str] | None,
    config: dict[str, Any],
    flags: ConfigFlags,
) -> ConfigSources:
    variables = dict(os.environ if environ is None else environ)
    if codex_home is not None:
        variables["CODEX_HOME"] = os.fspath(codex_home)
    home = find_home(variables)
    try:
        here = os.getcwd()
    except OSError as error:
        raise ConfigError(f"the working directory is gone: {error.strerror}") from None
    folder = _folder(cwd, here) or here
    return ConfigSources(home, folder, apply_dotenv(home, variables), json_overrides(config), flags)


def _folder(folder: str | os.PathLike[str] | None, base: str) -> str | None:
    if folder is None:
        return None
    path = canonical_folder(base, os.path.expanduser(os.fspath(folder)))
    if not os.path.isdir(path):
        raise ConfigError(f"cwd: there is no folder {path}")
    return path
