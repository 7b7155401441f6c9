"""One chunk of a chat answer, in the spellings of the servers (`docs/local-models.md`)."""

from __future__ import annotations

from typing import Any

import msgspec

REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
"""The names under which servers send what a model thinks."""


class Piece(msgspec.Struct, frozen=True):
    """What a chunk adds: text, reasoning (under `reasoning_key`), pieces of calls, and perhaps the end."""

    text: str = ""
    reasoning: str = ""
    reasoning_key: str | None = None
    tool_calls: Any = None
    function_call: Any = None
    finish_reason: Any = None
    is_message: bool = False
    """Whether it came as a `message`, not as a `delta`."""


def choice_of(chunk: dict[str, Any]) -> dict[str, Any] | None:
    """The choice that counts: the one with the index 0, or without an index."""
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return None
    return next(
        (
            choice
            for choice in choices
            if isinstance(choice, dict) and (not isinstance(index := choice.get("index"), int) or index == 0)
        ),
        None,
    )


def piece_of(choice: dict[str, Any]) -> Piece:
    """What a choice says, in its `delta` or in its `message`."""
    delta, message = _object(choice.get("delta")), _object(choice.get("message"))
    said, is_message = (delta, False) if delta or not message else (message, True)
    text, thought = _texts(said.get("content"))
    key, reasoning = _reasoning(said)
    if not reasoning and not is_message:
        key, reasoning = _reasoning(message)
    return Piece(
        text or _text(said.get("refusal")),
        reasoning or thought,
        key if reasoning else None,
        said.get("tool_calls"),
        said.get("function_call"),
        choice.get("finish_reason"),
        is_message,
    )


def _texts(content: Any) -> tuple[str, str]:
    """Text and reasoning of a content, which is a string or a list of parts."""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return _text(content), ""
    texts, thoughts = [], []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and "thinking" in part:
            thoughts.append(_texts(part["thinking"])[0])
        elif isinstance(part, dict):
            texts.append(_text(part.get("text")) or _text(part.get("refusal")))
    return "".join(texts), "".join(thoughts)


def _reasoning(said: dict[str, Any]) -> tuple[str | None, str]:
    """The key and the text of what the model thinks; the same is often sent under two keys at once."""
    return next(((key, text) for key in REASONING_KEYS if (text := _reasoning_text(said.get(key)))), (None, ""))


def _reasoning_text(value: Any) -> str:
    """Servers send a string, or an object with the string under `text` or `content`."""
    if isinstance(value, dict):
        return _text(value.get("text")) or _text(value.get("content"))
    return _text(value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
