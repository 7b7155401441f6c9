"""Keeps what a model answered, to be played again (`docs/models.md`).

Events are written, and of requests what is new since the one before: words of the user and
answers of tools, so that a replay can compare. Of headers there are only the rate limits, so
no key or token of ours can be among them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from octavo.model.backend import ModelBackend, ModelRequest, ResponsesPayload
from octavo.model.errors import (
    AnswerIncomplete,
    ContextWindowExceeded,
    FatalModelError,
    ModelError,
    RetryableHttp,
    RetryableTransport,
    StreamBroken,
)
from octavo.model.events import (
    CallInputDelta,
    Completed,
    Created,
    ItemAdded,
    ItemDone,
    ModelEvent,
    RateLimits,
    RawReasoningDelta,
    SummaryDelta,
    SummarySectionBreak,
    TextDelta,
)
from octavo.model.scripted import ScriptedError
from octavo.protocol.json_text import encode_json
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage


class RecordingBackend:
    """Passes another backend's answers on and appends each attempt to a file that `ScriptedBackend.from_file` plays."""

    def __init__(self, inner: ModelBackend, path: str) -> None:
        self._inner, self._path = inner, path
        self._heard = Heard()
        self._file = -1  # kept open, as a command could put a link in its place

    async def attempt(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `ModelBackend.attempt`. An attempt that is cut short is kept as one that broke off."""
        events: list[dict[str, Any]] = []
        heard = self._heard.new_in(request)
        headers: dict[str, str] = {}
        error: ScriptedError | None = ScriptedError("stream", "cut short")
        try:
            async for event in self._inner.attempt(request):
                if isinstance(event, RateLimits):
                    headers = limit_headers(event.snapshot)
                    if event.model is not None:
                        headers["openai-model"] = event.model
                else:
                    events.append(responses_event(event))
                if isinstance(event, Completed):
                    error = None
                yield event
        except (RetryableHttp, RetryableTransport, FatalModelError) as raised:
            error = _scripted(raised)
            raise
        finally:
            self._append(events, headers, error, heard, request)

    def _append(
        self,
        events: list[dict[str, Any]],
        headers: dict[str, str],
        error: ScriptedError | None,
        heard: list[msgspec.Raw],
        request: ModelRequest,
    ) -> None:
        line: dict[str, Any] = {"events": events}
        if request.subagent is not None:
            line["subagent"] = request.subagent
        elif wants_summary(request):
            line["summary"] = True
        if heard:
            line["heard"] = heard
        if headers:
            line["headers"] = headers
        if error is not None:
            line["error"] = error
        if self._file < 0:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with open(self._file, "ab", closefd=False) as file:
            file.write(msgspec.json.encode(line) + b"\n")


def wants_summary(request: ModelRequest) -> bool:
    """Whether the answer is a note beside the conversation, not a part of it: nothing else is asked without tools."""
    return not request.payload.tools


class Heard:
    """What the model is told from request to request, conversation by conversation."""

    _KINDS = ("function_call_output", "custom_tool_call_output")

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def new_in(self, request: ModelRequest) -> list[msgspec.Raw]:
        """Words of the user and answers of tools that the request before did not have."""
        payload = request.payload
        said = payload.input if isinstance(payload, ResponsesPayload) else [_as_item(one) for one in payload.messages]
        before = self._told.get(request.conversation_id, 0)
        self._told[request.conversation_id] = len(said)
        return [raw for raw in said[before:] if self._is_meant(bytes(raw))]

    def _is_meant(self, item: bytes) -> bool:
        head = msgspec.json.decode(item, type=_Head)
        return head.type in self._KINDS or (head.type == "message" and head.role == "user")


def _as_item(message: dict[str, Any]) -> msgspec.Raw:
    """A message of the chat wire as the item that says the same, as far as it is meant to be kept."""
    content = message.get("content") or ""
    if message["role"] == "tool":
        return _raw({"type": "function_call_output", "call_id": message["tool_call_id"], "output": content})
    parts: list[dict[str, Any]] = [{"type": "text", "text": content}] if isinstance(content, str) else content
    shown = [
        {"type": "input_image", "image_url": part["image_url"]["url"]}
        if part["type"] == "image_url"
        else {"type": "input_text", "text": part["text"]}
        for part in parts
    ]
    return _raw({"type": "message", "role": message["role"], "content": shown})


def _raw(item: dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(encode_json(item))


class _Head(msgspec.Struct, frozen=True):
    type: str = ""
    role: str = ""


def responses_event(event: ModelEvent) -> dict[str, Any]:
    """The event of a Responses stream that reads as this model event."""
    match event:
        case Created():
            return {"type": "response.created", "response": {}}
        case ItemAdded():
            return {"type": "response.output_item.added", "item": event.item}
        case ItemDone():
            return {"type": "response.output_item.done", "item": event.item}
        case TextDelta():
            return {"type": "response.output_text.delta", "delta": event.delta}
        case SummaryDelta():
            return {"type": "response.reasoning_summary_text.delta", "delta": event.delta}
        case RawReasoningDelta():
            return {"type": "response.reasoning_text.delta", "delta": event.delta}
        case CallInputDelta(delta=delta, is_json=is_json):
            kind = "function_call_arguments" if is_json else "custom_tool_call_input"
            return {"type": f"response.{kind}.delta", "delta": delta}
        case SummarySectionBreak():
            return {"type": "response.reasoning_summary_part.added"}
        case Completed():
            return {"type": "response.completed", "response": {"id": "recorded", "usage": _usage(event.usage)}}
        case RateLimits():
            raise ValueError("rate limits are headers, not an event of the stream")


def limit_headers(snapshot: RateLimitSnapshot) -> dict[str, str]:
    """The headers that tell these limits."""
    headers = {}
    for which, window in (("primary", snapshot.primary), ("secondary", snapshot.secondary)):
        if window is not None:
            headers[f"x-codex-{which}-used-percent"] = str(window.used_percent)
            if window.window_minutes is not None:
                headers[f"x-codex-{which}-window-minutes"] = str(window.window_minutes)
            if window.resets_at is not None:
                headers[f"x-codex-{which}-reset-at"] = str(window.resets_at)
    return headers


def _usage(usage: TokenUsage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_output_tokens},
        "total_tokens": usage.total_tokens,
    }


def _scripted(error: RetryableHttp | RetryableTransport | FatalModelError) -> ScriptedError:
    if isinstance(error, RetryableHttp):
        return ScriptedError("http", error.words, error.status, error.delay, error.request_id)
    if isinstance(error, RetryableTransport):
        return ScriptedError("transport", str(error))
    return _scripted_fatal(error.error)


def _scripted_fatal(error: ModelError) -> ScriptedError:
    match error:
        case ContextWindowExceeded():
            return ScriptedError("context_window")
        case AnswerIncomplete():
            return ScriptedError("incomplete", error.reason)
        case StreamBroken():
            return ScriptedError("stream", error.reason, delay=error.delay)
        case _:
            return ScriptedError("model" if error.retryable else "final", str(error))
