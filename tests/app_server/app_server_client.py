"""A client of the real app server: sends lines, keeps everything that comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

OCTAVO = (sys.executable, "-m", "octavo")
PATIENCE = 30.0
CLIENT = {"clientInfo": {"name": "test", "title": None, "version": "1.0"}}
NOTHING: Any = object()

Message = dict[str, Any]


class AppServer:
    """A running `octavo app-server`, and what it has said so far, in order."""

    def __init__(
        self,
        home: Path,
        workspace: Path,
        *,
        words: Sequence[str] = ("app-server",),
        env: Mapping[str, str] | None = None,
        initialize: bool = True,
        read: bool = True,
        program: Sequence[str] = (),
    ) -> None:
        self.messages: list[Message] = []
        self.raw_lines: list[bytes] = []
        self._last_id = 0
        self._changed = threading.Condition()
        self._ended = False
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environ = {**kept, "HOME": str(home.parent), "CODEX_HOME": str(home), "TERM": "dumb", **(env or {})}
        self._errors = open(home.parent / "stderr.txt", "wb")  # noqa: SIM115 - closed by `__exit__`
        self.process = subprocess.Popen(
            program or [*OCTAVO, *words],
            cwd=workspace,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self.stderr_path = home.parent / "stderr.txt"
        if read:
            self.start_reading()
        if initialize:
            self.result("initialize", CLIENT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._errors.close()

    def start_reading(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    # --- saying ---

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self, text: str) -> None:
        self.write(text.encode() + b"\n")

    def send(self, method: str, params: Any = NOTHING, request_id: Any = NOTHING) -> Any:
        """Send a request and do not wait; its id."""
        if request_id is NOTHING:
            self._last_id += 1
            request_id = self._last_id
        message = {"id": request_id, "method": method}
        if params is not NOTHING:
            message["params"] = params
        self.line(json.dumps(message))
        return request_id

    def call(self, method: str, params: Any = NOTHING, request_id: Any = NOTHING) -> Message:
        """Send a request and wait for its answer."""
        return self.answer_to(self.send(method, params, request_id))

    def result(self, method: str, params: Any = NOTHING) -> Any:
        answer = self.call(method, params)
        assert "result" in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = NOTHING) -> tuple[int, str]:
        answer = self.call(method, params)
        assert "error" in answer, answer
        return answer["error"]["code"], answer["error"]["message"]

    def reply(self, request_id: Any, result: Any) -> None:
        self.line(json.dumps({"id": request_id, "result": result}))

    # --- hearing ---

    def answer_to(self, request_id: Any) -> Message:
        return self.wait_for(lambda message: "method" not in message and message.get("id") == request_id)

    def event(self, kind: str, **fields: Any) -> Message:
        """The first event of this kind whose `msg` has these fields."""

        def fits(message: Message) -> bool:
            if message.get("method") != f"codex/event/{kind}":
                return False
            return all(message["params"]["msg"].get(name) == value for name, value in fields.items())

        params: Message = self.wait_for(fits)["params"]
        return params

    def question(self, method: str, number: int = 0) -> Message:
        """The n-th request of the server."""
        return self.wait_for(lambda message: message.get("method") == method and message.get("id") == number)

    def notification(self, method: str) -> Any:
        return self.wait_for(lambda message: message.get("method") == method)["params"]

    def wait_for(self, fits: Callable[[Message], bool], count: int = 1) -> Message:
        """The message that fits, or the n-th of them."""
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                found = [message for message in self.messages if fits(message)]
                if len(found) >= count:
                    return found[count - 1]
                left = deadline - time.monotonic()
                assert left > 0, f"not said; said: {self.messages[-5:]}; stderr: {self.stderr_path.read_text()[-2000:]}"
                assert not self._ended, f"it ended; stderr: {self.stderr_path.read_text()[-2000:]}"
                self._changed.wait(left)

    def methods(self) -> list[str]:
        """The methods of everything said, answers as `answer`."""
        with self._changed:
            return [message.get("method", "answer") for message in self.messages]

    def events(self, conversation: str | None = None) -> list[str]:
        """The kinds of the events so far."""
        with self._changed:
            return [
                message["params"]["msg"]["type"]
                for message in self.messages
                if message.get("method", "").startswith("codex/event/")
                and conversation in (None, message["params"]["conversationId"])
            ]

    # --- the usual beginning ---

    def conversation(self, params: Any = None, *, raw: bool = False) -> str:
        """Start a conversation and listen to it; its id."""
        conversation: str = self.result("newConversation", params or {})["conversationId"]
        self.listen(conversation, raw=raw)
        return conversation

    def listen(self, conversation: str, *, raw: bool = False) -> str:
        params = {"conversationId": conversation, **({"experimentalRawEvents": True} if raw else {})}
        subscription: str = self.result("addConversationListener", params)["subscriptionId"]
        return subscription

    def say(self, conversation: str, text: str) -> None:
        assert self.result("sendUserMessage", {"conversationId": conversation, "items": [text_item(text)]}) == {}

    def turns_end(self, count: int = 1) -> Message:
        """Wait until that many turns are complete; the last one's event."""
        message = self.wait_for(lambda message: message.get("method") == "codex/event/task_complete", count)
        params: Message = message["params"]
        return params

    # --- the end ---

    def end(self) -> int:
        """Close its stdin and wait; the exit code."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def signal(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def everything(self) -> list[Message]:
        """All that it said, when it has ended."""
        with self._changed:
            while not self._ended:
                assert self._changed.wait(PATIENCE)
            return list(self.messages)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            message = json.loads(line)
            with self._changed:
                self.raw_lines.append(line)
                self.messages.append(message)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def text_item(text: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": text}}


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def dies(pid: int) -> bool:
    """Whether it is gone soon."""
    deadline = time.monotonic() + PATIENCE
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
