"""What the model server says: whole HTTP replies as bytes, made before the clock starts.

A script is a number of shell calls, one per reply, and then a message in a number of text deltas.
Each reply is an event stream in chunked encoding: with a chunk per event, the way a server sends that flushes each
one, or in chunks of 64 KiB, the way a fast stream comes through a proxy that buffers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

WORD = "lorem "
BUFFER = 64 * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 10,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 110,
}


class Script(NamedTuple):
    """The model's side of one conversation."""

    calls: int = 0
    command: str = "true"
    deltas: int = 1
    is_flushed: bool = True

    @property
    def message(self) -> str:
        """The text of the last answer."""
        return WORD * self.deltas


def shell_tools(command: str) -> dict[str, dict[str, Any]]:
    """The arguments that run a script in bash, by the name of the tool; the first tool that is offered is used."""
    return {
        "exec_command": {"cmd": command, "yield_time_ms": 30_000},
        "shell_command": {"command": command, "timeout_ms": 30_000},
        "shell": {"command": ["bash", "-lc", command], "timeout_ms": 30_000},
    }


def call_replies(script: Script, tool: str) -> list[bytes]:
    """One reply per shell call, all for the same tool."""
    arguments = json.dumps(shell_tools(script.command)[tool])
    return [reply(call_events(tool, arguments, number)) for number in range(script.calls)]


def message_reply(script: Script) -> bytes:
    """The reply that ends the turn."""
    return reply(message_events(script), script.is_flushed)


def call_events(tool: str, arguments: str, number: int) -> Iterable[dict[str, Any]]:
    item = {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": tool,
        "arguments": arguments,
    }
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}


def message_events(script: Script) -> Iterable[dict[str, Any]]:
    def message(content: list[dict[str, Any]], status: str) -> dict[str, Any]:
        return {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content}

    yield {"type": "response.output_item.added", "output_index": 0, "item": message([], "in_progress")}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    for _ in range(script.deltas):
        yield {"type": "response.output_text.delta", **place, "delta": WORD}
    text = {"type": "output_text", "text": script.message, "annotations": []}
    yield {"type": "response.output_item.done", "output_index": 0, "item": message([text], "completed")}


def reply(events: Iterable[dict[str, Any]], is_flushed: bool = True) -> bytes:
    """A whole HTTP reply around the events of one answer."""
    created = {"type": "response.created", "response": {"id": "resp_1"}}
    completed = {"type": "response.completed", "response": {"id": "resp_1", "usage": USAGE}}
    lines = [line(event) for event in (created, *events, completed)]
    if not is_flushed:
        whole = b"".join(lines)
        lines = [whole[start : start + BUFFER] for start in range(0, len(whole), BUFFER)]
    return HEAD + b"".join(b"%x\r\n%s\r\n" % (len(data), data) for data in lines) + b"0\r\n\r\n"


def line(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n".encode()
