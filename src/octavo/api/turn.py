"""One turn of a thread, from what the program says to the result (`docs/library.md`).

A turn goes on while somebody takes its events, with `async for` or by waiting for its `result`.
Cancelling who waits ends the turn, and every process of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, cast

from octavo.api import events as told
from octavo.api.approvals import ApprovalCallback, command_request, decide, patch_request
from octavo.api.errors import LimitReached, NotRunning, TurnFailed
from octavo.api.items import agent_of, as_shown, own_call
from octavo.api.output import OutputForm
from octavo.api.result import RunResult, T
from octavo.protocol import events, ops
from octavo.protocol.item_view import ItemView
from octavo.protocol.turn_items import LocalImageInput, TextInput, UserInput
from octavo.protocol.usage import TokenUsage
from octavo.protocol.view_items import AgentMessage, Stage

if TYPE_CHECKING:
    from octavo.api.thread import Thread

_PATIENCE_S = 3.0
"""How long an abandoned turn may take to end before its thread is closed."""


class Turn(Generic[T]):
    """A turn: its events with `async for`, `steer` and `interrupt` while it runs, `result` at its end.

    It begins when it is first waited for. As a context manager it ends with its block.
    """

    def __init__(
        self,
        thread: Callable[[], Awaitable[Thread]],
        prompt: str,
        images: Sequence[str],
        output: OutputForm[T] | None,
        approve: ApprovalCallback | None,
        *,
        owns_thread: bool,
    ) -> None:
        self._open, self._owns_thread = thread, owns_thread
        self._prompt, self._images, self._form, self._approve = prompt, images, output, approve
        self._thread: Thread | None = None
        self._ids: set[str] = set()
        self._ready: deque[told.StreamEvent[T]] = deque()
        self._view = ItemView()
        self._items: list[Any] = []
        self._diff = ""
        self._before = TokenUsage()
        self._usage = TokenUsage()
        self._of_agents: dict[str, TokenUsage] = {}
        self._errors: list[TurnFailed] = []
        self._deciding: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._result: RunResult[T] | None = None
        self._is_over = False

    # --- taking part ------------------------------------------------------------------

    async def steer(self, text: str) -> None:
        """Say something more; the model hears it with its next request. Raises `NotRunning`."""
        thread = self._running_thread()
        self._ids.add(await thread.conversation.submit(ops.UserInputOp((TextInput(text),))))

    async def interrupt(self) -> None:
        """End the turn; its events go on to its end, and the status is `interrupted`. Raises `NotRunning`."""
        await self._running_thread().conversation.submit(ops.Interrupt())

    async def result(self) -> RunResult[T]:
        """Wait for the end. Raises `TurnFailed`, `OutputInvalid` or what a callback of the program raised."""
        async for _ in self:
            pass
        if self._result is None:
            raise self._failure or NotRunning("the turn was closed before its end")
        return self._result

    async def aclose(self) -> None:
        """End the turn if it still runs, with everything that it started; harmless a second time."""
        if not self._is_over:
            await self._abandon()

    async def __aenter__(self) -> Turn[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _running_thread(self) -> Thread:
        if self._thread is None or self._is_over:
            raise NotRunning("the turn is over" if self._is_over else "the turn has not begun: take its first event")
        return self._thread

    # --- its events -------------------------------------------------------------------

    def __aiter__(self) -> Turn[T]:
        return self

    async def __anext__(self) -> told.StreamEvent[T]:
        while not self._ready:
            if self._is_over:
                raise StopAsyncIteration
            try:
                await self._advance()
            except BaseException as error:
                self._failure = error
                if not self._is_over:
                    await self._abandon()
                raise
        return self._ready.popleft()

    async def _advance(self) -> None:
        if self._thread is None:
            await self._begin()
            return
        conversation = self._thread.conversation
        event = await conversation.next_event()
        for change in self._view.feed(event):
            item = as_shown(change.item)
            if change.stage == "completed":
                self._items.append(item)
            self._ready.append(_stage(change.stage, item))
        match event.msg:
            case events.AgentMessageContentDelta() as msg:
                self._ready.append(told.MessageDelta(msg.item_id, msg.delta))
            case events.ReasoningContentDelta() as msg:
                self._ready.append(told.ReasoningDelta(msg.item_id, msg.delta))
            case events.ExecCommandOutputDelta() as msg:
                self._ready.append(told.OutputDelta(msg.call_id, msg.stream, msg.chunk))
            case events.TurnDiff(unified_diff=diff):
                self._diff = diff
                self._ready.append(told.DiffUpdated(diff))
            case events.TokenCount(info=info) if info is not None:
                self._usage = _difference(info.total_token_usage, self._before)
                self._ready.append(told.UsageUpdated(self._usage, self._agents_usage()))
            case events.Aside() as msg:
                self._hear_aside(msg)
            case events.ExecApprovalRequest() | events.ApplyPatchApprovalRequest():
                self._ask(event)
            case events.Error(message=text, codex_error_info=info):
                if event.id in self._ids:
                    self._errors.append((LimitReached if info == "session_budget_exceeded" else TurnFailed)(text))
                else:
                    self._ready.append(told.Notice("error", text))
            case events.Warning(message=text) | events.DeprecationNotice(summary=text):
                self._ready.append(told.Notice("warning", text))
            case events.BackgroundEvent(message=text):
                self._ready.append(told.Notice("info", text))
            case events.StreamError(message=text):
                self._ready.append(told.Notice("retry", text))
            case events.TaskComplete(last_agent_message=text) if event.id in self._ids:
                await self._ended(event.id, text, interrupted=False)
            case events.TurnAborted() if event.id in self._ids:
                await self._ended(event.id, None, interrupted=True)

    async def _begin(self) -> None:
        thread = await self._open()
        thread.begin(self)  # a thread that is busy with another turn is left alone
        self._thread = thread
        self._before = thread.usage
        pictures: list[UserInput] = [LocalImageInput(path) for path in self._images]
        op = ops.UserInputOp((*pictures, TextInput(self._prompt)), self._form.schema if self._form else None)
        turn_id = await thread.conversation.submit(op)
        self._ids.add(turn_id)
        self._ready.append(told.TurnStarted(thread.id, turn_id))

    async def _ended(self, turn_id: str, text: str | None, *, interrupted: bool) -> None:
        thread = self._running_thread()
        await thread.conversation.taken()
        if not interrupted and thread.conversation.running in self._ids:
            return  # words that came too late for this turn began another one
        await self._let_go()
        if self._failure is not None:
            raise self._failure
        if self._errors:
            raise self._errors[-1]
        words = text if text is not None else _last_words(self._items)
        value = self._form.read(words) if self._form is not None and not interrupted else None
        self._result = RunResult(
            thread_id=thread.id,
            turn_id=turn_id,
            status="interrupted" if interrupted else "completed",
            final_response=words,
            items=tuple(self._items),
            diff=self._diff,
            usage=self._usage,
            agents_usage=self._agents_usage(),
            output=cast("T", value),
        )
        self._ready.append(told.TurnCompleted(self._result))

    def _hear_aside(self, msg: events.Aside) -> None:
        from octavo.protocol.asides import AgentUsage  # whoever told it has loaded that

        if isinstance(msg, AgentUsage):
            self._of_agents[msg.call_id] = msg.usage
            self._ready.append(told.UsageUpdated(self._usage, self._agents_usage()))

    def _agents_usage(self) -> TokenUsage:
        return sum(self._of_agents.values(), TokenUsage())

    # --- questions --------------------------------------------------------------------

    def _ask(self, event: events.Event) -> None:
        task = asyncio.create_task(self._decide(event))
        self._deciding.add(task)
        task.add_done_callback(self._deciding.discard)

    async def _decide(self, event: events.Event) -> None:
        thread, asked = self._running_thread(), event.msg
        decision: Any = "abort"
        calls = self._view.open_items
        try:
            if isinstance(asked, events.ExecApprovalRequest):
                agent, tool = agent_of(asked.call_id, calls), own_call(asked.call_id, calls)
                decision = await decide(self._approve, command_request(asked, thread.id, agent, tool))
            elif isinstance(asked, events.ApplyPatchApprovalRequest):
                request = patch_request(asked, thread.id, agent_of(asked.call_id, calls))
                decision = await decide(self._approve, request)
        except Exception as error:
            # The program's own code: the turn ends, and who waits for it gets the exception.
            self._failure = error
        if isinstance(asked, events.ExecApprovalRequest | events.ApplyPatchApprovalRequest):
            kind = ops.ExecApproval if isinstance(asked, events.ExecApprovalRequest) else ops.PatchApproval
            await thread.conversation.submit(kind(event.id, decision, asked.call_id))

    # --- the end ----------------------------------------------------------------------

    async def _let_go(self) -> None:
        """The turn is over: nobody is asked any more, and the thread is free, or gone if it was ours."""
        self._is_over = True
        for task in self._deciding:
            task.cancel()
        if self._thread is not None:
            self._thread.end(self)
            if self._owns_thread:
                await self._thread.aclose()

    async def _abandon(self) -> None:
        """Nobody waits for the turn any more. It ends now, and its thread, if that is not ours, can go on."""
        thread = self._thread
        if thread is not None and not self._owns_thread:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._hear_out(thread)
            except TimeoutError:
                await thread.conversation.close()
        await self._let_go()

    async def _hear_out(self, thread: Thread) -> None:
        conversation = thread.conversation
        await conversation.submit(ops.Interrupt())
        await conversation.taken()
        with contextlib.suppress(StopAsyncIteration):
            while True:
                event = await conversation.next_event()
                if event.id in self._ids and isinstance(event.msg, events.TurnAborted | events.TaskComplete):
                    return


def _stage(stage: Stage, item: Any) -> told.ItemStarted | told.ItemUpdated | told.ItemCompleted:
    match stage:
        case "started":
            return told.ItemStarted(item)
        case "updated":
            return told.ItemUpdated(item)
        case "completed":
            return told.ItemCompleted(item)


def _last_words(items: Sequence[Any]) -> str:
    said = [item for item in items if isinstance(item, AgentMessage)]
    return "".join(said[-1].texts) if said else ""


def _difference(now: TokenUsage, before: TokenUsage) -> TokenUsage:
    names = TokenUsage.__struct_fields__
    return TokenUsage(*(max(getattr(now, name) - getattr(before, name), 0) for name in names))
