"""From conversation items to Chat Completions messages (`docs/local-models.md`).

Pure. Reasoning is no message of its own: it rides on the call that it led to, else on
a neighbour, under the key that it came in, and only after the last user message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    InputImage,
    LocalShellCall,
    Message,
    Reasoning,
    ResponseItem,
    message_text,
)

ChatMessage = dict[str, Any]


def chat_messages(
    instructions: str, items: Sequence[ResponseItem], *, merge_user_messages: bool = False
) -> list[ChatMessage]:
    """The system message, then one message per item that has a form on this wire, in order.

    An assistant text that repeats the one before it is left out. `merge_user_messages` makes
    neighbouring messages of the user one.
    """
    reasoning = _anchored_reasoning(items)
    messages: list[ChatMessage] = [{"role": "system", "content": instructions}]
    last_text: str | None = None
    for index, item in enumerate(items):
        if isinstance(item, Message) and item.role == "assistant":
            text = message_text(item)
            if text == last_text:
                continue
            last_text = text
        message = _message(item)
        if message is None:
            continue
        messages.append(message | reasoning.get(index, {}))
    return _merged(messages) if merge_user_messages else messages


def _merged(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Neighbouring messages of the user as one, for servers that want roles to take turns."""
    merged: list[ChatMessage] = []
    for message in messages:
        if merged and message["role"] == merged[-1]["role"] == "user":
            merged[-1] = {**merged[-1], "content": _both(merged[-1]["content"], message["content"])}
        else:
            merged.append(message)
    return merged


def _both(first: str | list[Any], second: str | list[Any]) -> str | list[Any]:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    parts = ([{"type": "text", "text": one}] if isinstance(one, str) else one for one in (first, second))
    return [part for content in parts for part in content]


def _message(item: ResponseItem) -> ChatMessage | None:
    match item:
        case Message():
            return {"role": item.role, "content": _message_content(item)}
        case FunctionCall():
            # Servers that read the arguments refuse a conversation with none.
            function = {"name": item.name, "arguments": item.arguments if item.arguments.strip() else "{}"}
            return _call({"id": item.call_id, "type": "function", "function": function})
        case LocalShellCall():
            return _call(_local_shell_call(item))
        case CustomToolCall():
            custom = {"name": item.name, "input": item.input}
            return _call({"id": item.id or None, "type": "custom", "custom": custom})
        case FunctionCallOutput():
            output = item.output if isinstance(item.output, str) else _parts(item.output)
            return {"role": "tool", "tool_call_id": item.call_id, "content": output}
        case CustomToolCallOutput():
            return {"role": "tool", "tool_call_id": item.call_id, "content": item.output}
    return None


def _message_content(item: Message) -> str | list[dict[str, Any]]:
    if item.role == "assistant" or not any(isinstance(part, InputImage) for part in item.content):
        return message_text(item)
    return _parts(item.content)


def _parts(parts: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"type": "image_url", "image_url": {"url": part.image_url}}
        if isinstance(part, InputImage)
        else {"type": "text", "text": part.text}
        for part in parts
    ]


def _call(call: dict[str, Any]) -> ChatMessage:
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _local_shell_call(item: LocalShellCall) -> dict[str, Any]:
    return {"id": item.id or "", "type": "local_shell_call", "status": item.status, "action": item.action}


def _anchored_reasoning(items: Sequence[ResponseItem]) -> dict[int, dict[str, str]]:
    """The reasoning to send, under its key, by the index of the item that carries it."""
    roles = [_role(item) for item in items]
    spoken = [role for role in roles if role is not None]
    if not spoken or spoken[-1] == "user":
        return {}
    start = len(roles) - roles[::-1].index("user") if "user" in roles else 0
    anchored: dict[int, dict[str, str]] = {}
    for index in range(start, len(items)):
        item = items[index]
        text = _reasoning_text(item)
        anchor = _anchor(items, index) if text.strip() else None
        if anchor is not None and isinstance(item, Reasoning):
            carried = anchored.setdefault(anchor, {})
            key = next(iter(carried), item.key or "reasoning")
            carried[key] = carried.get(key, "") + text
    return anchored


def _role(item: ResponseItem) -> str | None:
    """The role an item speaks in, as far as it decides about reasoning."""
    match item:
        case Message():
            return item.role
        case FunctionCall() | LocalShellCall():
            return "assistant"
        case FunctionCallOutput():
            return "tool"
    return None


def _reasoning_text(item: ResponseItem) -> str:
    if not isinstance(item, Reasoning) or not item.content:
        return ""
    return "".join(part.text for part in item.content)


def _anchor(items: Sequence[ResponseItem], index: int) -> int | None:
    """The call that the reasoning led to, with nothing but text of the same answer in between; else a neighbour."""
    following = index + 1
    while following < len(items) and _is_assistant(items[following]):
        following += 1
    if following < len(items) and isinstance(items[following], FunctionCall | LocalShellCall):
        return following
    if index > 0 and _is_assistant(items[index - 1]):
        return index - 1
    return index + 1 if following > index + 1 else None


def _is_assistant(item: ResponseItem) -> bool:
    return isinstance(item, Message) and item.role == "assistant"
