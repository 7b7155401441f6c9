"""Everything that goes to the client: answers, errors, notifications and questions, in the order of the calls."""

from __future__ import annotations

import logging

import msgspec

from octavo.frontends.app_server.errors import RequestError
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.outgoing import LineWriter

# Beyond this, conversations hold still until the client has read on.
_MOST_WAITING = 1 << 20
# Beyond this, so do its requests: they make answers, too.
_MOST_OWED = 1 << 26

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


class Client:
    """The way to the client. Questions are numbered from 0, through all conversations."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._questions = 0

    def reply(self, request_id: RequestId, result: object) -> None:
        """Answer a request."""
        self._send({"id": request_id, "result": result})

    def refuse(self, request_id: RequestId, error: RequestError) -> None:
        """Answer a request with an error."""
        self._send({"error": {"code": error.code, "message": str(error)}, "id": request_id})

    def notify(self, method: str, params: object) -> None:
        """Tell the client something."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Ask the client something; the id that its answer will have."""
        number = self._questions
        self._questions += 1
        self._send({"method": method, "id": number, "params": params})
        return number

    async def room_for_events(self) -> None:
        """Wait while the client is too far behind with reading for more events."""
        await self._writer.room(_MOST_WAITING)

    async def room_for_answers(self) -> None:
        """Wait while the client is too far behind with reading for more answers."""
        await self._writer.room(_MOST_OWED)

    async def drained(self) -> None:
        """Wait until the client has everything, or is gone."""
        await self._writer.drained()

    def _send(self, message: dict[str, object]) -> None:
        try:
            line = _encode(message)
        except UnicodeEncodeError:  # a path that is no UTF-8
            from octavo.rollout.lines import encode_payload

            line = encode_payload(msgspec.to_builtins(message, enc_hook=msgspec.json.decode))
        except RecursionError:  # what a model nested so deep that it could just be read; the listener must live on
            _log.error("a message of %s is nested too deeply to be sent", message.get("method", "an answer"))
            return
        self._writer.send(line)
