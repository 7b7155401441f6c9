"""The life of a server on stdin and stdout: messages in order until stdin ends, then what was begun."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.incoming import LineReader
from octavo.frontends.jsonrpc.messages import BadLine, Incoming, read_message
from octavo.frontends.jsonrpc.outgoing import LineWriter
from octavo.frontends.jsonrpc.stdio import claim_stdio
from octavo.frontends.signals import Die, Interrupted, run_until_signal

_CLEANUP_SECONDS = 1.0  # our children first, within a second, then we die of the signal itself

_log = logging.getLogger(__name__)


class Service(Protocol):
    """What the messages are for."""

    async def settle(self) -> None:
        """Wait until what the client began is over."""

    async def close(self) -> None:
        """End everything that runs."""


S = TypeVar("S", bound=Service)


def serve_stdio(
    begin: Callable[[Channel], S], take: Callable[[S, Incoming], Awaitable[None]], ready: Callable[[], None], die: Die
) -> None:
    """Give each message of stdin to `take`, with the service that `begin` makes, until stdin ends.

    `ready` is called once when what is needed at first is imported, `die` at the end by a signal.
    """
    incoming, outgoing = claim_stdio()

    async def work() -> None:
        ready()
        reader, channel = LineReader(incoming), Channel(LineWriter(outgoing))
        service = begin(channel)
        try:
            while (line := await reader.next_line()) is not None:
                await channel.room_for_answers()
                if (message := _message(line)) is not None:
                    await take(service, message)
            await service.settle()
        finally:
            await service.close()
        await channel.drained()

    try:
        asyncio.run(run_until_signal(work(), die, _CLEANUP_SECONDS))
    except Interrupted as interrupted:
        die(interrupted.signum)


def _message(line: bytes) -> Incoming | None:
    try:
        return read_message(line)
    except BadLine as error:
        _log.error("a line of %d bytes is no message: %s", len(line), error)
        return None
