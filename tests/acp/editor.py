"""An editor, as the agent sees it: the same lines as the app server's client, with `jsonrpc` and sessions."""

from __future__ import annotations

import json
from typing import Any

from app_server_client import NOTHING, AppServer, Message
from app_server_place import Place

HELLO = {
    "protocolVersion": 1,
    "clientCapabilities": {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
    "clientInfo": {"name": "test-editor", "version": "1.0"},
}


class Editor:
    """A running agent that has shaken hands."""

    def __init__(self, server: AppServer, place: Place, capabilities: Any = None) -> None:
        self.server, self.place = server, place
        hello = HELLO if capabilities is None else {**HELLO, "clientCapabilities": capabilities}
        self.hello = self.call("initialize", hello)

    def send(self, method: str, params: Any = NOTHING) -> Any:
        self.server._last_id += 1
        number = self.server._last_id
        more = {} if params is NOTHING else {"params": params}
        self.server.line(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, **more}))
        return number

    def call(self, method: str, params: Any = NOTHING) -> Any:
        answer = self.answer(self.send(method, params))
        assert "result" in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = NOTHING) -> Any:
        answer = self.answer(self.send(method, params))
        assert "error" in answer, answer
        return answer["error"]

    def answer(self, number: Any) -> Message:
        return self.server.answer_to(number)

    def notify(self, method: str, params: Any) -> None:
        self.server.line(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def open(self, **more: Any) -> str:
        """A new session; its id."""
        params = {"cwd": str(self.place.workspace), "mcpServers": [], **more}
        session: str = self.call("session/new", params)["sessionId"]
        return session

    def say(self, session: str, *blocks: Any) -> Any:
        """Begin a prompt; the id of its request."""
        prompt = [text(block) if isinstance(block, str) else block for block in blocks]
        return self.send("session/prompt", {"sessionId": session, "prompt": prompt})

    def ends(self, request: Any) -> Any:
        answer = self.answer(request)
        assert "result" in answer, answer
        return answer["result"]

    def run(self, session: str, *blocks: Any) -> Any:
        """A whole prompt; its result."""
        return self.ends(self.say(session, *blocks))

    def updates(self, session: str, kind: str | None = None) -> list[Message]:
        """What was told of a session so far."""
        told = [
            one["params"]["update"]
            for one in list(self.server.messages)
            if one.get("method") == "session/update" and one["params"]["sessionId"] == session
        ]
        return told if kind is None else [one for one in told if one["sessionUpdate"] == kind]

    def heard(self, session: str, kind: str = "agent_message_chunk") -> str:
        """The texts of chunks, joined."""
        return "".join(one["content"].get("text", "") for one in self.updates(session, kind))

    def asked(self, count: int = 1) -> Message:
        """The n-th question."""
        return self.server.wait_for(lambda one: one.get("method") == "session/request_permission", count)

    def choose(self, question: Message, option: str) -> None:
        self.reply(question, {"outcome": {"outcome": "selected", "optionId": option}})

    def reply(self, question: Message, result: Any) -> None:
        self.server.line(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": result}))


def editor(place: Place, *words: str, capabilities: Any = None, **more: Any) -> Editor:
    """An agent in this place, and an editor."""
    return Editor(place.server(*(words or ("acp",)), initialize=False, **more), place, capabilities)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}
