"""What the model service says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from model_server import Reply, completed, message, sse, stream

CREATED = {"type": "response.created", "response": {"id": "r"}}


def says(text: str, *, total: int = 10, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    """A whole answer of one message."""
    return stream(CREATED, message(text), completed(total), headers=headers)


def calls(name: str, arguments: Any, call_id: str = "c1") -> Reply:
    """A whole answer that calls a function."""
    item = {"type": "function_call", "name": name, "arguments": json.dumps(arguments), "call_id": call_id}
    return stream(CREATED, {"type": "response.output_item.done", "item": item}, completed(10))


def runs(*command: str, call_id: str = "c1", **more: Any) -> Reply:
    """A whole answer that runs a command."""
    return calls("shell", {"command": list(command), **more}, call_id)


def patches(patch: str, call_id: str = "c1") -> Reply:
    """A whole answer that applies a patch."""
    item = {"type": "custom_tool_call", "name": "apply_patch", "input": patch, "call_id": call_id}
    return stream(CREATED, {"type": "response.output_item.done", "item": item}, completed(10))


def deltas(texts: Sequence[str]) -> Reply:
    """A whole answer whose one message comes piece by piece."""
    item = {"type": "message", "role": "assistant", "id": "m", "content": []}
    pieces = [{"type": "response.output_text.delta", "delta": text} for text in texts]
    added = {"type": "response.output_item.added", "item": item}
    return stream(CREATED, added, *pieces, message("".join(texts)), completed(10))


def hangs() -> Reply:
    """An answer that begins and does not go on."""
    added = {"type": "response.output_item.added", "item": {"type": "message", "role": "assistant", "content": []}}
    body = sse(CREATED, added, {"type": "response.output_text.delta", "delta": "Once"})
    return Reply(headers=[("content-type", "text/event-stream")], body=[body], hold=True)
