"""The same for programs without an event loop: scripts, notebooks, threads (`docs/library.md`, "Without async").

Each `SyncAgent` has an event loop in a thread of its own. So it works wherever it is called, a running loop
included; callbacks of the program are called in other threads. Ctrl-C ends what is waited for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import Any, Generic, TypeVar, overload

from octavo.api.agent import Agent
from octavo.api.events import StreamEvent
from octavo.api.result import RunResult, T
from octavo.api.thread import Thread
from octavo.api.turn import Turn
from octavo.protocol.policy import SandboxMode
from octavo.protocol.usage import TokenUsage

V = TypeVar("V")


class _Loop:
    """An event loop in a thread that does not keep the process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="octavo", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, V]) -> V:
        """Run it there and wait for it; who is interrupted meanwhile ends it first."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            if not future.done():
                future.cancel()
                self._settle()
            raise

    @property
    def is_over(self) -> bool:
        """Whether it was stopped."""
        return self._loop.is_closed()

    def stop(self) -> None:
        """End the thread; harmless a second time."""
        if self._loop.is_closed():
            return
        self._settle()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _settle(self) -> None:
        """Let what was cancelled come to its end."""
        try:
            asyncio.run_coroutine_threadsafe(_others_ended(), self._loop).result(10)
        except (TimeoutError, CancelledError):
            return


async def _others_ended() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and task.cancelling()]
    if others:
        await asyncio.wait(others, timeout=5)


class SyncTurn(Generic[T]):
    """A turn whose events come with `for`. See `Turn`."""

    def __init__(self, loop: _Loop, turn: Turn[T]) -> None:
        self._loop, self._turn = loop, turn

    def __iter__(self) -> Iterator[StreamEvent[T]]:
        return self

    def __next__(self) -> StreamEvent[T]:
        event = self._loop.wait(_next(self._turn))
        if event is None:
            raise StopIteration
        return event

    def steer(self, text: str) -> None:
        """See `Turn.steer`."""
        self._loop.wait(self._turn.steer(text))

    def interrupt(self) -> None:
        """See `Turn.interrupt`."""
        self._loop.wait(self._turn.interrupt())

    def result(self) -> RunResult[T]:
        """See `Turn.result`."""
        return self._loop.wait(self._turn.result())

    def close(self) -> None:
        """See `Turn.aclose`."""
        self._loop.wait(self._turn.aclose())

    def __enter__(self) -> SyncTurn[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _next(turn: Turn[T]) -> StreamEvent[T] | None:
    return await anext(turn, None)


class SyncThread:
    """A thread for programs without an event loop. See `Thread`."""

    def __init__(self, loop: _Loop, thread: Thread) -> None:
        self._loop, self._thread = loop, thread

    @property
    def id(self) -> str:
        """The id of the saved session."""
        return self._thread.id

    @property
    def path(self) -> str:
        """The file of the saved session; "" for a thread that is not saved."""
        return self._thread.path

    @property
    def usage(self) -> TokenUsage:
        """The tokens of all turns since the thread was opened."""
        return self._thread.usage

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> RunResult[None]: ...

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> RunResult[T]: ...

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> RunResult[Any]: ...

    def run(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> RunResult[Any]:
        """See `Thread.run`."""
        return self._loop.wait(self._thread.run(prompt, images=images, output=output))

    def stream(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> SyncTurn[Any]:
        """See `Thread.stream`."""
        return SyncTurn(self._loop, self._thread.stream(prompt, images=images, output=output))

    def fork(self) -> SyncThread:
        """See `Thread.fork`."""
        return SyncThread(self._loop, self._loop.wait(self._thread.fork()))

    def compact(self) -> None:
        """See `Thread.compact`."""
        self._loop.wait(self._thread.compact())

    def close(self) -> None:
        """See `Thread.aclose`."""
        self._loop.wait(self._thread.aclose())

    def __enter__(self) -> SyncThread:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SyncAgent:
    """An agent for programs without an event loop. It takes what `Agent` takes, and is closed with its block."""

    def __init__(self, **settings: Any) -> None:
        self._agent = Agent(**settings)
        self._loop = _Loop()

    @property
    def cwd(self) -> str:
        """The folder that it works in, as an absolute path."""
        return self._agent.cwd

    @property
    def model(self) -> str:
        """The model that answers."""
        return self._agent.model

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: None = ...) -> RunResult[None]: ...

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: type[T]) -> RunResult[T]: ...

    @overload
    def run(self, prompt: str, *, images: Sequence[str] = ..., output: Mapping[str, Any]) -> RunResult[Any]: ...

    def run(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> RunResult[Any]:
        """See `Agent.run`."""
        return self._loop.wait(self._agent.run(prompt, images=images, output=output))

    def stream(self, prompt: str, *, images: Sequence[str] = (), output: Any = None) -> SyncTurn[Any]:
        """See `Agent.stream`."""
        return SyncTurn(self._loop, self._agent.stream(prompt, images=images, output=output))

    def thread_start(
        self, *, cwd: str | None = None, model: str | None = None, sandbox: SandboxMode | None = None
    ) -> SyncThread:
        """See `Agent.thread_start`."""
        return SyncThread(self._loop, self._loop.wait(self._agent.thread_start(cwd=cwd, model=model, sandbox=sandbox)))

    def thread_resume(self, thread_id: str) -> SyncThread:
        """See `Agent.thread_resume`."""
        return SyncThread(self._loop, self._loop.wait(self._agent.thread_resume(thread_id)))

    def thread_fork(self, thread_id: str, *, user_message: int | None = None) -> SyncThread:
        """See `Agent.thread_fork`."""
        opened = self._loop.wait(self._agent.thread_fork(thread_id, user_message=user_message))
        return SyncThread(self._loop, opened)

    def close(self) -> None:
        """End all threads and the event loop; harmless a second time."""
        if not self._loop.is_over:
            self._loop.wait(self._agent.aclose())
            self._loop.stop()

    def __enter__(self) -> SyncAgent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
