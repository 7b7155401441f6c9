"""The way to a client: messages as lines, in the order of the calls, no faster than it reads."""

from __future__ import annotations

import logging

from octavo.frontends.jsonrpc.outgoing import LineWriter
from octavo.protocol.json_text import encode_json

# Beyond this, conversations hold still until the client has read on.
_MOST_WAITING = 1 << 20
# Beyond this, so do its requests: they make answers, too.
_MOST_OWED = 1 << 26

_log = logging.getLogger(__name__)


class Channel:
    """Sends whole messages. Our own questions are numbered from 0, whatever numbers the client uses for its own."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._questions = 0

    def send(self, message: dict[str, object]) -> None:
        """Queue a message."""
        try:
            line = encode_json(message)
        except RecursionError:  # what a model nested so deep that it could just be read; the listener must live on
            _log.error("a message of %s is nested too deeply to be sent", message.get("method", "an answer"))
            return
        self._writer.send(line)

    def next_question(self) -> int:
        """The id for our next question."""
        number = self._questions
        self._questions += 1
        return number

    @property
    def is_behind(self) -> bool:
        """Whether the client should read on before it is told more."""
        return self._writer.backlog > _MOST_WAITING

    async def room_for_events(self) -> None:
        """Wait while the client is too far behind with reading for more events."""
        await self._writer.room(_MOST_WAITING)

    async def room_for_answers(self) -> None:
        """Wait while the client is too far behind with reading for more answers."""
        await self._writer.room(_MOST_OWED)

    async def drained(self) -> None:
        """Wait until the client has everything, or is gone."""
        await self._writer.drained()
