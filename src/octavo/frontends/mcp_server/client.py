"""Everything that goes to the client, in the order of the calls; each message is one whole line."""

from __future__ import annotations

from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol.events import Event

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602


class Client:
    """What can be said to the client."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def reply(self, request_id: RequestId, result: object) -> None:
        """Answer a request."""
        self.channel.send({"jsonrpc": "2.0", "id": request_id, "result": result})

    def refuse(self, request_id: RequestId, code: int, message: str) -> None:
        """Answer a request with an error."""
        self.channel.send({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}})

    def tell(self, request_id: RequestId, event: Event) -> None:
        """Pass on what happens in the call that this request made."""
        params = {"_meta": {"requestId": request_id}, "id": event.id, "msg": event.msg}
        self.channel.send({"jsonrpc": "2.0", "method": "codex/event", "params": params})

    def ask(self, params: object) -> int:
        """Ask the user through the client; the id that the answer will have."""
        number = self.channel.next_question()
        self.channel.send({"jsonrpc": "2.0", "id": number, "method": "elicitation/create", "params": params})
        return number
