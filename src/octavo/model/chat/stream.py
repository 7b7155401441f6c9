"""From the chunks of a Chat Completions stream to model events (`docs/local-models.md`).

Only `choices[0]` counts, and a chunk that cannot be read counts for nothing.
Tool calls are told apart by their `index`, so several in one answer stay whole.
On this wire an answer always ends well: with a `finish_reason`, with `[DONE]`,
or with the end of the body. Token usage is never known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.protocol.items import FunctionCall, Message, OutputText, Reasoning, ReasoningText

_DONE = b"[DONE]"


class ChatStream:
    """Reads one stream: `feed` each event's data until `finished`, or `end` where the body ends early."""

    def __init__(self) -> None:
        self.finished = False
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, _PendingCall] = {}

    def feed(self, data: bytes) -> Iterator[ModelEvent]:
        """The events of one chunk. After the last of the answer, `finished` is true and reading may stop."""
        if data.strip() == _DONE:
            yield from self._whole_message()
            yield from self._complete()
            return
        choice = _first_choice(data)
        if choice is None:
            return
        delta, message = _object(choice, "delta"), _object(choice, "message")
        yield from self._read_text(delta.get("content"))
        yield from self._read_reasoning(delta.get("reasoning"))
        yield from self._read_reasoning(message.get("reasoning"))
        self._read_calls(delta.get("tool_calls"))
        yield from self._read_finish(choice.get("finish_reason"))

    def end(self) -> Iterator[ModelEvent]:
        """The events that the end of the body brings: an early end is no error here."""
        if not self.finished:
            yield from self._complete()

    def _read_text(self, content: Any) -> Iterator[ModelEvent]:
        if not isinstance(content, str) or not content:
            return
        if not self._text:
            yield ItemAdded(Message("assistant", ()))
        self._text.append(content)
        yield TextDelta(content)

    def _read_reasoning(self, value: Any) -> Iterator[ModelEvent]:
        text = _reasoning_text(value)
        if not text:
            return
        if not self._reasoning:
            yield ItemAdded(Reasoning((), ()))
        self._reasoning.append(text)
        yield RawReasoningDelta(text)

    def _read_calls(self, fragments: Any) -> None:
        if not isinstance(fragments, list):
            return
        for position, fragment in enumerate(fragments):
            if isinstance(fragment, dict):
                index = fragment.get("index")
                key = index if isinstance(index, int) else position
                self._calls.setdefault(key, _PendingCall()).add(fragment)

    def _read_finish(self, reason: Any) -> Iterator[ModelEvent]:
        if not isinstance(reason, str):
            return
        if reason == "tool_calls" and self._calls:
            yield from self._whole_reasoning()
            for _, call in sorted(self._calls.items()):
                yield ItemDone(call.whole())
        elif reason == "stop":
            yield from self._whole_message()
        yield from self._complete()

    def _whole_message(self) -> Iterator[ModelEvent]:
        if self._text:
            yield ItemDone(Message("assistant", (OutputText("".join(self._text)),)))
        yield from self._whole_reasoning()

    def _whole_reasoning(self) -> Iterator[ModelEvent]:
        if self._reasoning:
            yield ItemDone(Reasoning((), tuple(map(ReasoningText, self._reasoning))))

    def _complete(self) -> Iterator[ModelEvent]:
        self.finished = True
        yield Completed()


class _PendingCall:
    """A call whose pieces still arrive. The first id and name that are not empty win."""

    def __init__(self) -> None:
        self._id = self._name = ""
        self._arguments: list[str] = []

    def add(self, fragment: dict[str, Any]) -> None:
        function = _object(fragment, "function")
        self._id = self._id or _string(fragment.get("id"))
        self._name = self._name or _string(function.get("name"))
        self._arguments.append(_string(function.get("arguments")))

    def whole(self) -> FunctionCall:
        return FunctionCall(name=self._name, arguments="".join(self._arguments), call_id=self._id)


def _first_choice(data: bytes) -> dict[str, Any] | None:
    try:
        chunk = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _object(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _reasoning_text(value: Any) -> str:
    """Servers send a string, or an object with the string under `text` or `content`."""
    if isinstance(value, dict):
        return _string(value.get("text")) or _string(value.get("content"))
    return _string(value)
