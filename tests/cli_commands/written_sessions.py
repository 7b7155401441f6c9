"""Saved sessions to look at, written as the recorder writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from octavo_program import Home


def session_id(number: int) -> str:
    """An id that tells its number at its beginning."""
    return f"{number:08x}-193b-7db1-b990-3ee3b406736b"


def message(role: str, text: str) -> dict[str, Any]:
    """A message of the user or the assistant."""
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def shell(command: list[str], output: str, exit_code: int = 0) -> list[dict[str, Any]]:
    """A call of the shell and its answer."""
    answer = json.dumps({"output": output, "metadata": {"exit_code": exit_code, "duration_seconds": 0.1}})
    return [
        {"type": "function_call", "name": "shell", "arguments": json.dumps({"command": command}), "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": answer},
    ]


def write_session(home: Home, number: int, *items: dict[str, Any], asked: str = "Fix it", **meta: Any) -> Path:
    """A session that began in minute `number` of a day, in which the user asked something and these items followed."""
    moment = f"2026-11-24T10:{number:02}:00"
    facts = {
        "id": session_id(number),
        "timestamp": f"{moment}.000Z",
        "cwd": str(home.folder),
        "originator": "codex_exec",
        "cli_version": "0.53.0",
        "instructions": None,
        "source": "exec",
        "model_provider": "openai",
        "git": {"branch": "main", "commit_hash": "abc"},
        **meta,
    }
    prefix = message("user", "<environment_context>\n<cwd>/x</cwd>\n</environment_context>")
    lines = [("session_meta", facts), *(("response_item", item) for item in (prefix, message("user", asked)))]
    lines += [("event_msg", {"type": "user_message", "message": asked, "images": []})]
    lines += [("response_item", item) for item in items]
    folder = home.path / "sessions" / "2026" / "11" / "24"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"rollout-{moment.replace(':', '-')}-{facts['id']}.jsonl"
    texts = [{"timestamp": f"{moment}.000Z", "type": kind, "payload": payload} for kind, payload in lines]
    path.write_text("".join(json.dumps(text, separators=(",", ":"), ensure_ascii=False) + "\n" for text in texts))
    return path
