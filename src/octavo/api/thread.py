"""A conversation that a program has with the agent: one turn after the other (`docs/library.md`, "Threads")."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from octavo.api.approvals import ApprovalCallback
from octavo.api.errors import ThreadBusy
from octavo.api.output import OutputForm
from octavo.api.result import RunResult, T
from octavo.api.turn import Turn
from octavo.protocol import ops
from octavo.protocol.usage import TokenUsage

if TYPE_CHECKING:
    from octavo.engine.conversation import Conversation  # the engine is loaded with the first thread

_PATIENCE_S = 3.0


class Thread:
    """A saved session that is open. One turn runs at a time; the agent remembers the ones before.

    Made by `Agent.thread_start`, `thread_resume` and `thread_fork`. As a context manager it is closed with its block.
    """

    def __init__(
        self,
        conversation: Conversation,
        approve: ApprovalCallback | None,
        fork: Callable[[Thread], Awaitable[Thread]],
        closed: Callable[[Thread], None],
    ) -> None:
        self.conversation = conversation
        self._approve, self._fork, self._closed = approve, fork, closed
        self._turn: Turn[Any] | None = None
        self._is_closed = False

    @property
    def id(self) -> str:
        """The id of the saved session."""
        return self.conversation.id

    @property
    def path(self) -> str:
        """The file of the saved session; "" for a thread that is not saved."""
        return self.conversation.configured.rollout_path

    @property
    def usage(self) -> TokenUsage:
        """The tokens of all turns since the thread was opened."""
        info = self.conversation.usage.info
        return TokenUsage() if info is None else info.total_token_usage

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> RunResult[None]: ...

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> RunResult[T]: ...

    @overload
    async def run(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> RunResult[Any]: ...

    async def run(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> RunResult[Any]:
        """Say something and wait until the agent is done.

        `images` are paths of pictures, `output` a type or a JSON schema for the last message. Raises `ThreadBusy`,
        `TurnFailed`, `OutputInvalid`, and what a callback raises.
        """
        return await self.stream(prompt, images=images, output=output).result()

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> Turn[None]: ...

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> Turn[T]: ...

    @overload
    def stream(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> Turn[Any]: ...

    def stream(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> Turn[Any]:
        """The same as a `Turn`, whose events come with `async for`. Raises `BadOutputType`."""

        async def this() -> Thread:
            return self

        form = OutputForm(output) if output is not None else None
        return Turn(this, prompt, images, form, self._approve, owns_thread=False)

    async def fork(self) -> Thread:
        """A new thread that remembers what this one does; they go on apart. Raises `OctavoError`."""
        if self._turn is not None:
            raise ThreadBusy("a turn is running: wait for its end before forking the thread")
        return await self._fork(self)

    async def compact(self) -> None:
        """Replace what the agent remembers by a summary, to make room."""
        from octavo.protocol.events import TaskComplete, TurnAborted

        if self._turn is not None:
            raise ThreadBusy("a turn is running: wait for its end before compacting")
        task = await self.conversation.submit(ops.Compact())
        while True:
            event = await self.conversation.next_event()
            if event.id == task and isinstance(event.msg, TaskComplete | TurnAborted):
                return

    async def aclose(self) -> None:
        """End it: what runs is stopped, every process is gone, the file is closed. Harmless a second time."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._turn is not None:
            await self._turn.aclose()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self.conversation.submit(ops.Shutdown())
                    await self.conversation.ended()
        finally:
            await self.conversation.close()
            self._closed(self)

    async def __aenter__(self) -> Thread:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # --- for turns --------------------------------------------------------------------

    def begin(self, turn: Turn[Any]) -> None:
        """A turn begins. Raises `ThreadBusy`."""
        if self._is_closed:
            raise ThreadBusy("the thread is closed: resume it with Agent.thread_resume")
        if self._turn is not None:
            raise ThreadBusy("a turn is running: steer it, interrupt it, or wait for its end")
        self._turn = turn

    def end(self, turn: Turn[Any]) -> None:
        """The turn is over."""
        if self._turn is turn:
            self._turn = None
