"""A client of today: the same lines, with the handshake and the words of threads and turns."""

from __future__ import annotations

from typing import Any

from app_server_client import NOTHING, AppServer, Message
from app_server_place import Place

TODAY = {"clientInfo": {"name": "test", "title": None, "version": "1.0"}, "capabilities": {"experimentalApi": True}}


class ThreadsClient:
    """A running server that speaks to a client of today."""

    def __init__(self, server: AppServer, capabilities: Any = NOTHING) -> None:
        self.server = server
        hello = TODAY if capabilities is NOTHING else {**TODAY, "capabilities": capabilities}
        self.hello = server.result("initialize", hello)
        server.line('{"method":"initialized"}')

    def start(self, **params: Any) -> str:
        """A new thread; its id."""
        thread: str = self.server.result("thread/start", params)["thread"]["id"]
        return thread

    def say(self, thread: str, text: str, **more: Any) -> str:
        """Start a turn with these words; its id."""
        turn: str = self.server.result("turn/start", {"threadId": thread, "input": [words(text)], **more})["turn"]["id"]
        return turn

    def ends(self, turn: str) -> Message:
        """Wait until the turn is over; the turn."""
        found = self.server.wait_for(
            lambda message: message.get("method") == "turn/completed" and message["params"]["turn"]["id"] == turn
        )
        ended: Message = found["params"]["turn"]
        return ended

    def run(self, thread: str, text: str, **more: Any) -> Message:
        """A whole turn."""
        return self.ends(self.say(thread, text, **more))

    def told(self, turn: str) -> list[Message]:
        """All notifications and questions of a turn, in order."""
        return [message for message in list(self.server.messages) if turn_of(message) == turn]

    def items(self, turn: str, end: str = "completed") -> list[Message]:
        """The items that the turn has told the end (or the beginning) of."""
        return [one["params"]["item"] for one in self.told(turn) if one["method"] == f"item/{end}"]

    def begun(self, kind: str) -> Message:
        """Wait for the beginning of an item of this kind; the item."""
        found = self.server.wait_for(
            lambda message: message.get("method") == "item/started" and message["params"]["item"]["type"] == kind
        )
        item: Message = found["params"]["item"]
        return item

    def asked(self, method: str, number: int = 0) -> Message:
        """The params of the n-th question."""
        params: Message = self.server.question(method, number)["params"]
        return params


def client(place: Place, *words_of_line: str, **more: Any) -> ThreadsClient:
    """A server of this place, and a client of today."""
    return ThreadsClient(place.server(*words_of_line, initialize=False), **more)


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "text_elements": []}


def turn_of(message: Message) -> str | None:
    params = message.get("params")
    if "method" not in message or not isinstance(params, dict):
        return None
    turn = params.get("turn")
    found: str | None = turn["id"] if isinstance(turn, dict) else params.get("turnId")
    return found
