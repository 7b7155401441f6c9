"""Where the output of a client's command goes: to the client as it comes, or into the answer at its end.

Of each stream a command may print no more than a cap; the rest is read and dropped.
"""

from __future__ import annotations

import asyncio
import base64
from typing import Protocol

from octavo.frontends.app_server.v2.types.commands import CommandOutputDelta
from octavo.frontends.jsonrpc.peer import Peer
from octavo.process.launch import Stream

_METHOD = "command/exec/outputDelta"


class Source(Protocol):
    """What prints, and can be made to wait."""

    def hold(self, *, is_held: bool) -> None:
        """Read nothing more for now, or go on."""


class CommandOutput:
    """The output of one command. With a process id it is told; the client's pace is then the command's."""

    def __init__(self, peer: Peer, process_id: str | None, cap: int | None) -> None:
        """`cap` is in bytes, for each stream; None for no limit."""
        self._peer, self._process_id = peer, process_id
        self._room: dict[Stream, int | None] = {"stdout": cap, "stderr": cap}
        self._kept: dict[Stream, list[bytes]] = {"stdout": [], "stderr": []}
        self._is_over: set[Stream] = set()
        self._waiting: asyncio.Task[None] | None = None
        self.source: Source | None = None

    def take(self, stream: Stream, chunk: bytes) -> None:
        """The next piece."""
        if stream in self._is_over:
            return
        room = self._room[stream]
        is_cut = room is not None and len(chunk) > room
        if room is not None:
            chunk = chunk[:room]
            self._room[stream] = room - len(chunk)
        if is_cut:
            self._is_over.add(stream)
        if self._process_id is None:
            self._kept[stream].append(chunk)
            return
        data = base64.b64encode(chunk).decode()
        self._peer.notify(_METHOD, CommandOutputDelta(self._process_id, stream, data, is_cut))
        if self._waiting is None and self._peer.channel.is_behind:
            self._waiting = asyncio.create_task(self._wait())

    def kept(self, stream: Stream) -> str:
        """What was not told, as text."""
        return b"".join(self._kept[stream]).decode("utf-8", "replace")

    async def _wait(self) -> None:
        """Let the client read on."""
        if self.source is not None:
            self.source.hold(is_held=True)
        await self._peer.channel.room_for_events()
        if self.source is not None:
            self.source.hold(is_held=False)
        self._waiting = None
