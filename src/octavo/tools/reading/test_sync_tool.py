"""`test_sync_tool`: lets tests see which calls run at the same time (`docs/tool-output.md`)."""

from __future__ import annotations

import asyncio
import functools

import msgspec

from octavo.model.prompt import FunctionTool
from octavo.tools.arguments import argument_text, decode_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.reading.call import Natural
from octavo.tools.schema import Schema, number, record, string

NAME = "test_sync_tool"
DESCRIPTION = "For tests of the agent itself: waits, meets other calls at a barrier, waits again."


class BarrierArguments(msgspec.Struct, frozen=True):
    """Where to meet, how many calls, and how long to wait for them."""

    id: str
    participants: Natural
    timeout_ms: Natural = 1000


class Arguments(msgspec.Struct, frozen=True):
    """Delays in milliseconds and the meeting between them."""

    sleep_before_ms: Natural | None = None
    sleep_after_ms: Natural | None = None
    barrier: BarrierArguments | None = None


class Barrier:
    """A meeting that some calls wait for."""

    def __init__(self, participants: int) -> None:
        self.participants = participants
        self.waiting = 0
        self.opened = asyncio.Event()


def parameters() -> Schema:
    """The JSON Schema of the arguments."""
    barrier = {
        "id": string("Calls with the same id meet."),
        "participants": number("How many calls have to come."),
        "timeout_ms": number("How long to wait for them, in milliseconds; 1000 by default."),
    }
    properties = {
        "barrier": record(barrier, ["id", "participants"]),
        "sleep_after_ms": number("How long to wait at the end, in milliseconds."),
        "sleep_before_ms": number("How long to wait at the start, in milliseconds."),
    }
    return record(properties)


async def run(arguments: str | bytes, cwd: str) -> str:
    """Wait, meet, wait; always `ok`. `cwd` plays no part.

    Raises `RespondToModel` for bad arguments and when the others do not come in time.
    """
    wanted = decode_arguments(arguments, Arguments)
    await _sleep(wanted.sleep_before_ms)
    if wanted.barrier is not None:
        await _meet(wanted.barrier)
    await _sleep(wanted.sleep_after_ms)
    return "ok"


async def _sleep(milliseconds: int | None) -> None:
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


async def _meet(wanted: BarrierArguments) -> None:
    if wanted.participants == 0:
        raise RespondToModel("barrier participants must be greater than zero")
    if wanted.timeout_ms == 0:
        raise RespondToModel("barrier timeout must be greater than zero")
    barriers = _barriers()
    barrier = barriers.setdefault(wanted.id, Barrier(wanted.participants))
    if barrier.participants != wanted.participants:
        raise RespondToModel(f"barrier {wanted.id} already registered with {barrier.participants} participants")
    barrier.waiting += 1
    if barrier.waiting == barrier.participants:
        del barriers[wanted.id]
        barrier.opened.set()
        return
    try:
        async with asyncio.timeout(wanted.timeout_ms / 1000):
            await barrier.opened.wait()
    except TimeoutError:
        raise RespondToModel("test_sync_tool barrier wait timed out") from None
    finally:
        barrier.waiting -= 1
        if barrier.waiting == 0 and barriers.get(wanted.id) is barrier:
            del barriers[wanted.id]


@functools.cache  # Calls of different turns and conversations meet too.
def _barriers() -> dict[str, Barrier]:
    return {}


async def _answer(invocation: Invocation) -> ToolResult:
    return ToolResult(await run(argument_text(invocation), invocation.turn.settings.cwd))


TOOL = Tool(NAME, _answer, FunctionTool(NAME, DESCRIPTION, strict=False, parameters=parameters()), parallel=True)
