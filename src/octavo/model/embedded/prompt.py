"""A chat payload made small enough for a local model (`docs/local-models.md`).

Pure. The system message goes, for it is longer than all the rest. Calls and outputs
become plain text, neighbours of one role become one message, and long messages
lose their middle: so any chat template can show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from octavo.model.embedded.tools import LocalTool
from octavo.protocol.session_prefix import ENVIRONMENT_OPEN, INSTRUCTIONS_OPEN, LATER_INSTRUCTIONS_OPEN

_CHARACTERS_PER_WINDOW_TOKEN = 0.5  # about an eighth of the window for any one message
_CUT = "\n[...]\n"

ChatMessage = Mapping[str, Any]


class _Metadata(msgspec.Struct, frozen=True):
    exit_code: int


class _CommandResult(msgspec.Struct, frozen=True):
    output: str
    metadata: _Metadata


def local_messages(messages: Sequence[ChatMessage], *, context_size: int, is_small: bool) -> list[dict[str, str]]:
    """The messages for a model with that window, without the system message.

    A small model does not see the project documents and the environment, which would
    lead it astray. The newest task is never cut.
    """
    room = int(context_size * _CHARACTERS_PER_WINDOW_TOKEN)
    task = _newest_task(messages)
    shown: list[dict[str, str]] = []
    for index, message in enumerate(messages):
        if message["role"] == "system" or (is_small and _is_prefix(message)):
            continue
        role, text = _plain(message)
        if index != task:
            text = _shorten(text, room)
        if shown and shown[-1]["role"] == role:
            shown[-1]["content"] += f"\n\n{text}"
        else:
            shown.append({"role": role, "content": text})
    return shown


def calls_in_turn(messages: Sequence[ChatMessage]) -> int:
    """How many calls the model has made since the newest task."""
    start = _newest_task(messages) + 1
    return sum(len(message.get("tool_calls") or ()) for message in messages[start:])


def tool_lines(tools: Sequence[LocalTool]) -> str:
    """One line per tool: its name, what it is for, and the shape of a call."""
    return "\n".join(_tool_line(tool) for tool in tools) or "none"


def _tool_line(tool: LocalTool) -> str:
    purpose = " ".join(tool.description.split())
    schema = msgspec.json.encode(tool.grammar).decode()
    return f'{{"name":"{tool.name}","arguments":…}} {purpose} Arguments: {schema}'


def _newest_task(messages: Sequence[ChatMessage]) -> int:
    """The index of the last message in the user's own words; -1 without one."""
    tasks = [index for index, message in enumerate(messages) if message["role"] == "user" and not _is_prefix(message)]
    return tasks[-1] if tasks else -1


def _is_prefix(message: ChatMessage) -> bool:
    openings = (ENVIRONMENT_OPEN, INSTRUCTIONS_OPEN, LATER_INSTRUCTIONS_OPEN)
    return message["role"] == "user" and _text(message.get("content")).lstrip().startswith(openings)


def _plain(message: ChatMessage) -> tuple[str, str]:
    if calls := message.get("tool_calls"):
        return "assistant", "\n".join(_call_text(call) for call in calls)
    text = _text(message.get("content"))
    if message["role"] == "tool":
        return "user", f"Output:\n{_output_text(text)}"
    return ("assistant" if message["role"] == "assistant" else "user"), text


def _output_text(text: str) -> str:
    """What a command said: its output stands in JSON beside the exit code, which is told if it is not 0."""
    try:
        result = msgspec.json.decode(text, type=_CommandResult)
    except (msgspec.MsgspecError, RecursionError):
        return text
    code = result.metadata.exit_code
    return f"Exit code: {code}\n{result.output}" if code else result.output


def _call_text(call: Mapping[str, Any]) -> str:
    if function := call.get("function"):
        return f'{{"name":"{function["name"]}","arguments":{function["arguments"]}}}'
    return msgspec.json.encode(call.get("custom") or call.get("action") or {}).decode()


def _text(content: Any) -> str:
    if not isinstance(content, list):
        return content or ""
    return "\n".join(part["text"] if part["type"] == "text" else "[image]" for part in content)


def _shorten(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    half = room // 2
    return text[:half] + _CUT + text[-half:]
