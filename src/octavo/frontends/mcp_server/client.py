"""Everything that goes to the client, in the order of the calls; each message is one whole line."""

from __future__ import annotations

import msgspec

from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.outgoing import LineWriter
from octavo.protocol.events import Event

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602

# Beyond this, conversations hold still until the client has read on.
_MOST_WAITING = 1 << 20
# Beyond this, so do its requests: they make answers, too.
_MOST_OWED = 1 << 26


class Client:
    """The way to the client. Questions are numbered from 0, whatever numbers the client uses for its own."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._questions = 0

    def reply(self, request_id: RequestId, result: object) -> None:
        """Answer a request."""
        self._send({"jsonrpc": "2.0", "id": request_id, "result": result})

    def refuse(self, request_id: RequestId, code: int, message: str) -> None:
        """Answer a request with an error."""
        self._send({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}})

    def tell(self, request_id: RequestId, event: Event) -> None:
        """Pass on what happens in the call that this request made."""
        params = {"_meta": {"requestId": request_id}, "id": event.id, "msg": event.msg}
        self._send({"jsonrpc": "2.0", "method": "codex/event", "params": params})

    def ask(self, params: object) -> int:
        """Ask the user through the client; the id that the answer will have."""
        number = self._questions
        self._questions += 1
        self._send({"jsonrpc": "2.0", "id": number, "method": "elicitation/create", "params": params})
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
            line = msgspec.json.encode(message)
        except UnicodeEncodeError:  # a path that is no UTF-8
            from octavo.model.payload import encode_json

            line = encode_json(message)
        self._writer.send(line)
