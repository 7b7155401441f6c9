"""The calls of one answer: started in order, side by side where the tools allow it (`docs/turns.md`).

A call of a tool that may run in parallel waits for the last exclusive call
before it; an exclusive call waits for all calls before it. Whatever order they
finish in, `items` keeps the order of the answer, each output behind its call.
"""

from __future__ import annotations

import asyncio
import logging

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.protocol.items import ResponseItem, ToolCall, ToolOutput
from octavo.tools.errors import FatalToolError
from octavo.tools.router import ABORTED, dispatch, output_of, runs_in_parallel

log = logging.getLogger(__name__)


class _Running(msgspec.Struct):
    call: ToolCall
    task: asyncio.Task[ToolOutput]


class ToolBatch:
    """Everything that one answer leaves behind, and the tools that it set going."""

    def __init__(self, session: Session, turn: ActiveTurn) -> None:
        self._session, self._turn = session, turn
        self._entries: list[ResponseItem | _Running] = []
        self._since_exclusive: list[asyncio.Task[ToolOutput]] = []
        self._last_exclusive: list[asyncio.Task[ToolOutput]] = []

    @property
    def has_calls(self) -> bool:
        """Whether the answer called anything."""
        return any(isinstance(entry, _Running) for entry in self._entries)

    def add(self, item: ResponseItem) -> None:
        """Keep an item that is not a call."""
        self._entries.append(item)
        self._session.recorder.note_completed_item(item)

    def start(self, call: ToolCall) -> None:
        """Run the call as soon as its turn comes."""
        self._session.recorder.note_completed_item(call)
        if runs_in_parallel(call, self._turn.context):
            task = asyncio.create_task(self._run(call, self._last_exclusive))
            self._since_exclusive.append(task)
        else:
            task = asyncio.create_task(self._run(call, self._last_exclusive + self._since_exclusive))
            self._last_exclusive, self._since_exclusive = [task], []
        self._entries.append(_Running(call, task))

    async def wait(self) -> None:
        """Wait for all calls. Raises `FatalToolError` when one broke the turn."""
        if tasks := self._tasks():
            await asyncio.wait(tasks)
            for task in tasks:
                task.result()

    def cancel(self) -> None:
        """Stop what still runs."""
        for task in self._tasks():
            task.cancel()

    async def reap(self) -> None:
        """Wait until everything that was stopped is gone."""
        if tasks := self._tasks():
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled():
                    task.exception()

    def items(self) -> list[ResponseItem]:
        """All items in order; calls that gave nothing (yet) are answered `aborted`."""
        items: list[ResponseItem] = []
        for entry in self._entries:
            if isinstance(entry, _Running):
                items += [entry.call, _result(entry)]
            else:
                items.append(entry)
        return items

    def _tasks(self) -> list[asyncio.Task[ToolOutput]]:
        return [entry.task for entry in self._entries if isinstance(entry, _Running)]

    async def _run(self, call: ToolCall, earlier: list[asyncio.Task[ToolOutput]]) -> ToolOutput:
        if earlier:
            await asyncio.wait(earlier)
        await self._turn.gate.wait()
        if self._turn.ending:
            await asyncio.Event().wait()  # nothing more is to be run or asked; the cancellation is on its way
        try:
            output, told = await dispatch(call, self._turn.context, self._session)
        except FatalToolError:
            raise
        except Exception as error:
            # A tool that breaks in a way nobody foresaw ends this turn, not the conversation.
            log.exception("a tool failed")
            raise FatalToolError(f"tool task failed to receive: {error}") from error
        self._session.recorder.note_completed_item(output)  # safe before anyone sees that the call is over
        for msg in told:
            self._session.emit(self._turn.id, msg)
        return output


def _result(entry: _Running) -> ToolOutput:
    task = entry.task
    if task.done() and not task.cancelled() and task.exception() is None:
        return task.result()
    return output_of(entry.call, ABORTED)
