"""A long saved conversation, in the form of `docs/rollouts.md`.

Each turn is a question, a command with its output and an answer: about 5 kB on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ID = "019a0000-0000-7000-8000-00000000be7c"
TIME = "2025-11-01T12:00:00.000Z"
FOLDER, NAME = "sessions/2025/11/01", f"rollout-2025-11-01T12-00-00-{ID}.jsonl"
QUESTION = "Why does the parser of durations take a bare number for seconds? "
OUTPUT = "src/timespan/parse.py:41: return timedelta(seconds=float(number))\n"
ANSWER = "A bare number has no unit, so the table of units falls back to its first entry. "
Line = tuple[str, dict[str, Any]]


def write_conversation(home: Path, workspace: Path, turns: int) -> None:
    """Write a conversation of that many turns into a home folder, as one rollout file."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("w", encoding="utf-8") as file:
        file.writelines(map(rendered, lines(str(workspace), turns)))


def write_sessions(home: Path, workspace: Path, count: int, large: int) -> None:
    """Write that many small sessions of a terminal's user, a day's share in each folder, and one of `large` bytes."""
    begin, *rest = lines(str(workspace), 3)
    whole = "".join(map(rendered, rest))
    for number in range(count):
        day, second = 1 + number * 28 // count, number % 86_400
        time = f"2025-11-{day:02}T{second // 3600:02}-{second // 60 % 60:02}-{second % 60:02}"
        session = f"019a0000-0000-7000-8000-{number:012}"
        folder = home / f"sessions/2025/11/{day:02}"
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            **begin[1],
            "id": session,
            "source": "cli",
            "timestamp": f"{time[:10]}T{time[11:].replace('-', ':')}.000Z",
        }
        text = rendered((begin[0], facts)) + whole.replace("Question 0.", f"Session {number}.")
        with (folder / f"rollout-{time}-{session}.jsonl").open("w", encoding="utf-8") as file:
            file.write(text)
            if number == count - 2:
                file.writelines(whole for _ in range(large // len(whole)))


def rendered(line: Line) -> str:
    kind, payload = line
    return json.dumps({"timestamp": TIME, "type": kind, "payload": payload}, separators=(",", ":")) + "\n"


def lines(cwd: str, turns: int) -> Iterator[Line]:
    yield (
        "session_meta",
        {
            "id": ID,
            "timestamp": TIME,
            "cwd": cwd,
            "originator": "codex_exec",
            "cli_version": "0.53.0",
            "instructions": None,
            "source": "exec",
            "model_provider": "bench",
            "git": {},
        },
    )
    for number in range(turns):
        yield from turn(cwd, number)


def turn(cwd: str, number: int) -> Iterable[Line]:
    question = f"Question {number}. " + QUESTION * 4
    yield "response_item", message("user", "input_text", question)
    yield "event_msg", {"type": "user_message", "message": question, "images": []}
    yield "turn_context", context(cwd)
    yield "event_msg", token_count()
    call = {"name": "shell", "arguments": json.dumps({"command": ["bash", "-lc", "grep -rn seconds src"]})}
    output = json.dumps({"output": OUTPUT * 6, "metadata": {"exit_code": 0, "duration_seconds": 0.1}})
    yield "response_item", {"type": "function_call", **call, "call_id": f"call_{number}"}
    yield "response_item", {"type": "function_call_output", "call_id": f"call_{number}", "output": output}
    yield "turn_context", context(cwd)
    yield "event_msg", token_count()
    answer = f"Answer {number}. " + ANSWER * 9
    yield "event_msg", {"type": "agent_message", "message": answer}
    yield "event_msg", token_count()
    yield "response_item", message("assistant", "output_text", answer)


def message(role: str, kind: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def context(cwd: str) -> dict[str, Any]:
    policy = {
        "mode": "workspace-write",
        "network_access": False,
        "exclude_tmpdir_env_var": False,
        "exclude_slash_tmp": False,
    }
    return {
        "cwd": cwd,
        "approval_policy": "never",
        "sandbox_policy": policy,
        "model": "gpt-5-codex",
        "summary": "auto",
    }


def token_count() -> dict[str, Any]:
    # Small on purpose: a full context window would make some releases shorten the conversation first.
    usage = {
        "input_tokens": 100,
        "cached_input_tokens": 0,
        "output_tokens": 10,
        "reasoning_output_tokens": 0,
        "total_tokens": 110,
    }
    info = {"total_token_usage": usage, "last_token_usage": usage, "model_context_window": 272_000}
    return {"type": "token_count", "info": info, "rate_limits": None}
