"""What the model says in a story: whole answers, their items, and pieces of the stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from octavo.model.scripted import Script, ScriptedError, Step

Json = dict[str, Any]


def says(text: str, *, tokens: int = 10) -> Script:
    """A whole answer that is one message."""
    return answer(message(text), tokens=tokens)


def answer(*parts: Json | asyncio.Event, tokens: int | None = 10, headers: Mapping[str, str] = {}) -> Script:
    """A whole answer: items (each comes when it is whole), events of the stream as they are, and barriers."""
    return Script([*_steps(parts), completed(tokens)], headers=headers)


def cut_off(*parts: Json | asyncio.Event) -> Script:
    """An answer whose stream ends too early."""
    return Script([{"type": "response.created", "response": {}}, *_steps(parts)])


def fails(kind: Any, message: str = "", **more: Any) -> Script:
    """An attempt that gets an error instead of an answer."""
    return Script([], ScriptedError(kind, message, **more))


def message(text: str, item_id: str = "msg_1", role: str = "assistant") -> Json:
    return {"type": "message", "id": item_id, "role": role, "content": [{"type": "output_text", "text": text}]}


def reasoning(*summary: str, raw: Sequence[str] = (), item_id: str = "rs_1") -> Json:
    parts = [{"type": "summary_text", "text": text} for text in summary]
    item: Json = {"type": "reasoning", "id": item_id, "summary": parts, "encrypted_content": "ENC"}
    if raw:
        item["content"] = [{"type": "reasoning_text", "text": text} for text in raw]
    return item


def call(name: str, arguments: Json | str, call_id: str = "c1") -> Json:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"type": "function_call", "id": f"fc_{call_id}", "name": name, "arguments": text, "call_id": call_id}


def shell(command: str | Sequence[str], call_id: str = "c1", **more: Any) -> Json:
    """A call of the shell tool; a text runs in bash."""
    argv = ["bash", "-c", command] if isinstance(command, str) else list(command)
    return call("shell", {"command": argv, **more}, call_id)


def freeform(name: str, text: str, call_id: str = "c1") -> Json:
    return {"type": "custom_tool_call", "id": f"ct_{call_id}", "call_id": call_id, "name": name, "input": text}


def patch(body: str, call_id: str = "c1") -> Json:
    """A call of apply_patch; `body` stands between its first and its last line."""
    return freeform("apply_patch", f"*** Begin Patch\n{body}\n*** End Patch\n", call_id)


def local_shell(command: Sequence[str], call_id: str | None = "c1", **more: Any) -> Json:
    action = {"type": "exec", "command": list(command), **more}
    return {"type": "local_shell_call", "call_id": call_id, "status": "completed", "action": action}


def plan(*steps: tuple[str, str], call_id: str = "p1") -> Json:
    return call("update_plan", {"plan": [{"step": step, "status": status} for step, status in steps]}, call_id)


def added(item: Json) -> Json:
    """The item begins: its texts are still to come."""
    empty: Json = {key: [] for key in ("content", "summary") if key in item}
    if item["type"] == "message":
        empty["content"] = [{"type": "output_text", "text": ""}]
    return {"type": "response.output_item.added", "item": {**item, **empty}}


def text_delta(text: str) -> Json:
    return {"type": "response.output_text.delta", "delta": text}


def summary_delta(text: str) -> Json:
    return {"type": "response.reasoning_summary_text.delta", "delta": text, "summary_index": 0}


def raw_delta(text: str) -> Json:
    return {"type": "response.reasoning_text.delta", "delta": text, "content_index": 0}


def section() -> Json:
    return {"type": "response.reasoning_summary_part.added", "summary_index": 0}


def completed(tokens: int | None = 10, reasoning_tokens: int = 0) -> Json:
    usage: Json | None = None
    if tokens is not None:
        usage = {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}
        if reasoning_tokens:
            usage["output_tokens_details"] = {"reasoning_tokens": reasoning_tokens}
    return {"type": "response.completed", "response": {"id": "resp_1", "usage": usage}}


def _steps(parts: Sequence[Json | asyncio.Event]) -> list[Step]:
    steps: list[Step] = []
    for part in parts:
        is_item = isinstance(part, dict) and not part["type"].startswith("response.")
        steps.append({"type": "response.output_item.done", "item": part} if is_item else part)
    return steps
