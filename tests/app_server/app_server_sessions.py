"""Saved sessions, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

IDS = [f"2aff0000-0000-4000-8000-00000000000{number}" for number in range(10)]


def save_session(
    home: Path,
    number: int,
    text: str | None = "Hello",
    *,
    provider: str | None = "openai",
    source: str | None = "cli",
    event: bool = True,
) -> Path:
    """A session of the n-th hour of a day, with one message; its file."""
    folder = home / "sessions/2025/01/02"
    folder.mkdir(parents=True, exist_ok=True)
    meta: dict[str, Any] = {
        "id": IDS[number],
        "timestamp": f"2025-01-02T{number:02}:00:00Z",
        "cwd": "/w",
        "originator": "o",
        "cli_version": "0",
        "instructions": None,
    }
    meta |= {} if provider is None else {"model_provider": provider}
    meta |= {} if source is None else {"source": source}
    lines: list[tuple[str, Any]] = [("session_meta", meta)]
    if text is not None:
        content = [{"type": "input_text", "text": text}]
        lines.append(("response_item", {"type": "message", "role": "user", "content": content}))
        if event:
            lines.append(("event_msg", {"type": "user_message", "message": text, "images": []}))
    path = folder / f"rollout-2025-01-02T{number:02}-00-00-{IDS[number]}.jsonl"
    stamped = [{"timestamp": "2025-01-02T00:00:00.000Z", "type": kind, "payload": payload} for kind, payload in lines]
    path.write_text("".join(json.dumps(line) + "\n" for line in stamped))
    return path
