"""Everything that goes to the client: answers, errors, notifications and questions, in the order of the calls."""

from __future__ import annotations

from octavo.frontends.app_server.errors import RequestError
from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import RequestId


class Client:
    """What can be said to the client."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def reply(self, request_id: RequestId, result: object) -> None:
        """Answer a request."""
        self.channel.send({"id": request_id, "result": result})

    def refuse(self, request_id: RequestId, error: RequestError) -> None:
        """Answer a request with an error."""
        self.channel.send({"error": {"code": error.code, "message": str(error)}, "id": request_id})

    def notify(self, method: str, params: object) -> None:
        """Tell the client something."""
        self.channel.send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Ask the client something; the id that its answer will have."""
        number = self.channel.next_question()
        self.channel.send({"method": method, "id": number, "params": params})
        return number
