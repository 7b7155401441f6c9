"""Sub-conversations: a task hands work to a child of the same engine (`docs/sub-conversations.md`).

A child has its own id, history and saved file; it shares the parent's backend
and nothing else. Whoever starts it decides what becomes of each event; its
questions go to the parent's client and the answers back. It ends with the block
that started it, whatever the reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from octavo.config.config import Config
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.child import Child
from octavo.engine.confinement import allows_no_more
from octavo.engine.session import Session
from octavo.errors import OctavoError
from octavo.protocol import events, ops
from octavo.protocol.asides import McpServerStatus
from octavo.protocol.source import SubAgentSource
from octavo.protocol.turn_items import UserInput
from octavo.tools.context import Tool

if TYPE_CHECKING:
    from octavo.engine.sub_agents import AgentSlots, SubAgent

CallName = Callable[[str], str]
CHANNEL_SIZE = 64
MAX_DEPTH = 4


class TooDeep(OctavoError):
    """Sub-conversations nest too deeply."""


class TooFree(OctavoError):
    """A sub-conversation would be allowed more than its parent."""


class Delegate:
    """A running child: its events, in order and with its own ids, and a way to tell it something."""

    def __init__(self, child: Child, channel: asyncio.Queue[events.Event]) -> None:
        self._child, self._channel = child, channel
        self._is_at_work = False

    async def submit(self, op: ops.Op) -> str:
        """Hand an operation to the child."""
        return await self._child.submit(op)

    async def next_event(self) -> events.Event:
        """The next event that is the caller's business: no announcement of the child or of its servers, no question.

        A question comes only after whoever takes the events is done with those before it, and waits for one more.
        """
        if self._is_at_work:
            self._channel.task_done()
            self._is_at_work = False
        event = await self._channel.get()
        self._is_at_work = True
        return event

    async def run_once(
        self, inputs: tuple[UserInput, ...], output_schema: object = None
    ) -> AsyncIterator[events.Event]:
        """Send one user turn and give its events up to its end, the end included."""
        await self.submit(ops.UserInputOp(inputs, output_schema))
        while True:
            event = await self.next_event()
            yield event
            if isinstance(event.msg, events.TaskComplete | events.TurnAborted):
                return


@asynccontextmanager
async def delegate(
    parent: Session,
    turn: ActiveTurn,
    config: Config,
    source: SubAgentSource,
    *,
    token_budget: int | None = None,
    tools: tuple[Tool, ...] = (),
    agents: tuple[SubAgent, ...] = (),
    slots: AgentSlots | None = None,
    named: CallName = str,
    saves: bool = True,
) -> AsyncIterator[Delegate]:
    """A child conversation under `config`, for as long as the block runs; it leaves a file if it `saves`.

    `tools` and `agents` are offered beside our own; those that the parent's program gave the parent
    are not. Children that the child starts as agents take places of `slots`. `named` gives the child's
    calls the names that the parent's client knows them by, where several children ask.

    `token_budget` bounds the child's tokens in all; when it is spent the child is
    interrupted. Raises `TooFree` when the child's sandbox would allow more than that of
    the parent's turn, and `TooDeep` when children nest too deeply.
    """
    services, own = parent.services, turn.context.settings
    if not allows_no_more(config.sandbox_policy, config.cwd, own.sandbox_policy, own.cwd, config.environ):
        raise TooFree("a sub-conversation may not be allowed more than the conversation that starts it")
    if services.depth >= MAX_DEPTH:
        raise TooDeep(f"sub-conversations may nest {MAX_DEPTH} deep at most")
    watcher = services.telemetry if parent.telemetry is None else parent.telemetry.nested(turn.context)
    inner = msgspec.structs.replace(
        services,
        source=source,
        depth=services.depth + 1,
        telemetry=watcher,
        saves=saves and services.saves,
        thread_source=None,
        tools=tools,
        agents=agents,
        agent_slots=slots,
        outer_diff=lambda: parent.turn_diff,
        meter=turn.meter,
    )
    child = await parent.open_child(config, inner)
    channel: asyncio.Queue[events.Event] = asyncio.Queue(CHANNEL_SIZE)
    pump = asyncio.create_task(_pump(parent, turn, child, channel, token_budget, named))
    try:
        yield Delegate(child, channel)
    finally:
        pump.cancel()
        await asyncio.wait({pump})
        await child.close()


async def _pump(
    parent: Session,
    turn: ActiveTurn,
    child: Child,
    channel: asyncio.Queue[events.Event],
    token_budget: int | None,
    named: CallName,
) -> None:
    """Move events from the child to the caller; questions take the way through the parent's client.

    The child goes no faster than the parent's listeners.
    """
    async for event in child.subscribe():
        match event.msg:
            case events.SessionConfigured() | McpServerStatus():
                continue  # of the child's own servers nobody would hear that a start was broken off with the child
            case events.ExecApprovalRequest() | events.ApplyPatchApprovalRequest() as request:
                # Under the parent's turn, since that is the only one that the client can answer; the call keeps its id.
                asked = msgspec.structs.replace(request, call_id=named(request.call_id))
                await channel.join()  # whoever answers has heard of the call then
                decision = await parent.ask(turn.id, asked, event.origin or child.id)
                kind = ops.ExecApproval if isinstance(request, events.ExecApprovalRequest) else ops.PatchApproval
                await child.submit(kind(event.id, decision, request.call_id))
                continue
            case events.TokenCount(info=info) if token_budget is not None and info is not None:
                if info.total_token_usage.total_tokens > token_budget:
                    await child.submit(ops.Interrupt())
        await channel.put(event)
        await parent.broadcast.room()
