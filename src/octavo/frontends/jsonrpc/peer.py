"""The other end: answers, errors, notifications and questions go to it whole, in the order of the calls."""

from __future__ import annotations

from collections.abc import Callable, Collection

from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import RequestId


class Peer:
    """What can be said to a client. `tagged` messages carry the member `"jsonrpc": "2.0"`."""

    def __init__(self, channel: Channel, *, tagged: bool) -> None:
        self.channel = channel
        self._tag: dict[str, object] = {"jsonrpc": "2.0"} if tagged else {}
        self.clock: Callable[[], int] | None = None
        """The time in Unix milliseconds that notifications bear, if they are to bear one."""
        self.muted: Collection[str] = ()
        """Notifications that the client does not want."""

    def reply(self, request_id: RequestId, result: object) -> None:
        """Answer a request."""
        self.channel.send({**self._tag, "id": request_id, "result": result})

    def refuse(self, request_id: RequestId, code: int, message: str, data: object = None) -> None:
        """Answer a request with an error; `data` says more about it to programs, if there is more to say."""
        more = {} if data is None else {"data": data}
        self.channel.send({**self._tag, "error": {"code": code, "message": message, **more}, "id": request_id})

    def notify(self, method: str, params: object) -> None:
        """Tell the client something."""
        if method in self.muted:
            return
        stamp = {} if self.clock is None else {"emittedAtMs": self.clock()}
        self.channel.send({**self._tag, "method": method, "params": params, **stamp})

    def ask(self, method: str, params: object) -> int:
        """Ask the client something; the id that its answer will have."""
        number = self.channel.next_question()
        self.channel.send({**self._tag, "method": method, "id": number, "params": params})
        return number
