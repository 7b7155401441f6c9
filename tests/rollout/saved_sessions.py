"""Sessions to lay on disk, and a clock that ticks as told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from octavo.protocol.ids import ConversationId
from octavo.protocol.items import (
    FunctionCall,
    FunctionCallOutput,
    InputText,
    Message,
    OutputText,
    Reasoning,
    SummaryText,
)
from octavo.rollout.lines import SessionMeta
from octavo.rollout.recorder import RolloutRecorder

START = 1_764_008_532_300  # 2025-11-24T18:22:12.300Z
ID = ConversationId("01a20ed0-193b-7db1-b990-3ee3b406736b")


def clock(*times: int) -> Any:
    """Gives these times, then the last one for ever; by default one steady time."""
    left = list(times or (START,))
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def meta(conversation_id: str = ID, **changes: Any) -> SessionMeta:
    fields: dict[str, Any] = {
        "id": ConversationId(conversation_id),
        "timestamp": "2025-11-24T18:22:12.300Z",
        "cwd": "/w/repo",
        "originator": "codex_exec",
        "cli_version": "0.53.0",
        "source": "exec",
        "model_provider": "mock",
    }
    return SessionMeta(**(fields | changes))


def said(text: str) -> Message:
    return Message("assistant", (OutputText(text),))


def asked(text: str) -> Message:
    return Message("user", (InputText(text),))


def thought(text: str) -> Reasoning:
    return Reasoning((SummaryText(text),), None, "ENC")


def call(call_id: str) -> FunctionCall:
    return FunctionCall("shell", '{"command":["ls"]}', call_id)


def output(call_id: str, text: str = "ok") -> FunctionCallOutput:
    return FunctionCallOutput(call_id, text)


def start(home: Any, conversation_id: str = ID, **changes: Any) -> RolloutRecorder:
    return RolloutRecorder.create(str(home), meta(conversation_id, **changes), clock())


def read_lines(path: str) -> list[dict[str, Any]]:
    with open(path, "rb") as file:
        return [json.loads(line) for line in file.read().split(b"\n") if line]


def payloads(path: str, kind: str) -> list[dict[str, Any]]:
    return [line["payload"] for line in read_lines(path) if line["type"] == kind]


def numbered_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def user_item(text: str) -> dict[str, Any]:
    return {
        "type": "response_item",
        "payload": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]},
    }


def user_event(text: str) -> dict[str, Any]:
    return {"type": "event_msg", "payload": {"type": "user_message", "message": text, "images": []}}


def meta_line(conversation_id: str, **changes: Any) -> dict[str, Any]:
    payload = {
        "id": conversation_id,
        "timestamp": "2025-09-01T10:00:00.000Z",
        "cwd": "/srv",
        "originator": "test",
        "cli_version": "0.0.0",
        "instructions": None,
        "source": "cli",
        "model_provider": "mock",
    }
    kept = {key: value for key, value in (payload | changes).items() if value != "<absent>"}
    return {"type": "session_meta", "payload": kept}


def lay(home: Any, stamp: str, conversation_id: str, lines: Iterable[dict[str, Any] | bytes]) -> str:
    """Write a session file; `stamp` is like 2025-09-01T10-00-00. Dicts get a timestamp, bytes stand as they are."""
    year, month, day = stamp[:10].split("-")
    folder = os.path.join(str(home), "sessions", year, month, day)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"rollout-{stamp}-{conversation_id}.jsonl")
    time = f"{stamp[:10]}T{stamp[11:].replace('-', ':')}.000Z"
    with open(path, "wb") as file:
        for line in lines:
            text = line if isinstance(line, bytes) else encoded({"timestamp": time, **line})
            file.write(text + b"\n")
    return path


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def lay_simple(home: Any, number: int, stamp: str, text: str = "hello", **changes: Any) -> str:
    conversation_id = numbered_id(number)
    lines = [meta_line(conversation_id, **changes), user_item(text), user_event(text)]
    return lay(home, stamp, conversation_id, lines)
