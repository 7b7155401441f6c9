"""From what the local model writes to model events (`docs/local-models.md`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from octavo.model.embedded.tools import InvalidCall, LocalTool, read_call
from octavo.model.errors import ContextWindowExceeded, EmptyAnswer, FatalModelError, ModelError, StreamBroken
from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, TextDelta
from octavo.protocol.items import FunctionCall, Message, OutputText
from octavo.protocol.usage import TokenUsage


class LocalAnswer:
    """What has come of one answer. A text is passed on as it comes; a call when it is whole, if it is valid."""

    def __init__(self, tools: Sequence[LocalTool], new_call_id: Callable[[], str]) -> None:
        self._tools, self._new_call_id = tools, new_call_id
        self._text = ""
        self._finished = False
        self._usage: TokenUsage | None = None

    def read(self, chunk: Mapping[str, Any]) -> list[ModelEvent]:
        """The events that a chunk brings. Raises `FatalModelError` for a failure or a call that cannot be used."""
        if error := chunk.get("error"):
            raise FatalModelError(_failure(error))
        if usage := chunk.get("usage"):
            self._usage = _token_usage(usage)
        events: list[ModelEvent] = []
        for choice in chunk.get("choices", ())[:1]:
            if text := choice["delta"].get("content"):
                events += self._add(text)
            if choice.get("finish_reason"):
                events += self._finish()
        return events

    def completed(self) -> Completed:
        """The last event, once the chunks are over. Raises `FatalModelError` if the answer broke off."""
        if not self._finished:
            raise FatalModelError(StreamBroken("the local model stopped in mid-answer"))
        return Completed(self._usage)

    def _add(self, text: str) -> list[ModelEvent]:
        first = not self._text
        self._text += text
        if self._is_call():
            return []
        delta = TextDelta(text)
        return [ItemAdded(Message("assistant", ())), delta] if first else [delta]

    def _finish(self) -> list[ModelEvent]:
        self._finished = True
        if not self._text:
            raise FatalModelError(EmptyAnswer())
        if not self._is_call():
            return [ItemDone(Message("assistant", (OutputText(self._text),)))]
        try:
            name, arguments = read_call(self._text, self._tools)
        except InvalidCall as error:
            raise FatalModelError(StreamBroken(f"the local model's call cannot be used: {error}")) from error
        return [ItemDone(FunctionCall(name=name, arguments=arguments, call_id=self._new_call_id()))]

    def _is_call(self) -> bool:
        """The grammar keeps texts from starting with a brace as long as there are tools."""
        return bool(self._tools) and self._text.startswith("{")


def _failure(error: Mapping[str, Any]) -> ModelError:
    if error.get("type") == "exceed_context_size_error":
        return ContextWindowExceeded()
    return StreamBroken(f"the local model failed: {error.get('message', 'no reason given')}")


def _token_usage(usage: Mapping[str, Any]) -> TokenUsage:
    read, written = usage["prompt_tokens"], usage["completion_tokens"]
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return TokenUsage(input_tokens=read, cached_input_tokens=cached, output_tokens=written, total_tokens=read + written)
