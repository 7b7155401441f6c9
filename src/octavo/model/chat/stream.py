"""From the chunks of a Chat Completions answer to model events (`docs/local-models.md`).

An answer is over when a reason or `[DONE]` says so. Then come its items: reasoning,
text, calls. Calls count at every such end but one that cut the answer off. What ends
without being said, fails, or holds neither text nor call is an error, with the
server's own words if it had any. Token usage is never known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.model.chat.calls import PendingCalls
from octavo.model.chat.chunk import choice_of, piece_of
from octavo.model.chat.finish_reasons import ending_of, said_reason
from octavo.model.errors import AnswerIncomplete, EmptyAnswer, StreamBroken
from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.model.failure import failure_of
from octavo.model.server_words import is_failure, words_of, words_of_body
from octavo.protocol.items import Message, OutputText, Reasoning, ReasoningText

_DONE = b"[DONE]"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
CUT_OFF = "the server closed the stream before the end of the answer"


def random_call_id() -> str:
    """An id for a call that came without one."""
    return f"call_{os.urandom(12).hex()}"


class ChatStream:
    """Reads one answer: `feed` each event's data until `finished`, or `end` where the body ends.

    All of them raise `StreamBroken` for a failure that the server tells, and for an
    answer without content; `AnswerIncomplete`, behind what came, for calls that a limit cut off.
    """

    def __init__(self, new_call_id: Callable[[], str] = random_call_id) -> None:
        self.finished = False
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._reasoning_key: str | UnsetType = UNSET
        self._calls = PendingCalls(new_call_id)
        self._had_delta = False
        self._words = ""

    def feed(self, data: bytes) -> Iterator[ModelEvent]:
        """The events of one chunk. After the last of the answer, `finished` is true and reading may stop."""
        if data.strip() == _DONE:
            yield from self._finish(None)
            return
        try:
            chunk = msgspec.json.decode(data)
        except _UNREADABLE:
            yield from self._lines(data)
            return
        if isinstance(chunk, dict):
            yield from self._chunk(chunk)

    def document(self, body: bytes) -> Iterator[ModelEvent]:
        """The events of a body that is no event stream: a whole answer in JSON, or one chunk a line."""
        try:
            whole = msgspec.json.decode(body)
        except _UNREADABLE:
            yield from self._lines(body)
        else:
            if isinstance(whole, dict):
                yield from self._chunk(whole)
            if not self.finished and (self._text or self._calls):
                yield from self._finish(None)  # it came whole, so it is over
        if not self.finished:
            self._words = self._words or ("" if self._text or self._calls else words_of_body(body))
            yield from self.end()

    def fail(self, data: bytes) -> None:
        """An event called `error` came. Raises what it tells."""
        try:
            told = msgspec.json.decode(data)
        except _UNREADABLE:
            told = None
        raise failure_of(told if isinstance(told, dict) else {"message": words_of_body(data)})

    def last(self, unfinished: bytes) -> Iterator[ModelEvent]:
        """The body is over, perhaps with an event that lacks its blank line; that one still counts."""
        if unfinished:
            yield from self.feed(unfinished)
        yield from self.end()

    def end(self) -> Iterator[ModelEvent]:
        """The body is over. Raises `StreamBroken` if the answer is not."""
        if not self.finished:
            raise StreamBroken(self._words or CUT_OFF)
        yield from ()

    def _lines(self, data: bytes) -> Iterator[ModelEvent]:
        """Chunks that stand on lines of their own, where blank lines should be between them."""
        if b"\n" in data.strip():
            for line in data.split(b"\n"):
                if not self.finished:
                    yield from self.feed(line.strip().removeprefix(b"data:"))

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[ModelEvent]:
        choice = choice_of(chunk)
        failed = next((one for one in (chunk, choice) if is_failure(one)), None)
        if failed is not None:
            raise failure_of(failed)
        if choice is None:
            self._words = self._words if "choices" in chunk else words_of(chunk) or self._words
            return
        piece = piece_of(choice)
        if not piece.is_message:
            self._had_delta = self._had_delta or bool(piece.text or piece.tool_calls)
        if not (piece.is_message and self._had_delta):  # the whole again, behind its pieces
            yield from self._read_text(piece.text)
            self._calls.add(piece.tool_calls)
            self._calls.add_function(piece.function_call)
        if not (piece.is_message and self._reasoning and self._had_delta):
            yield from self._read_reasoning(piece.reasoning, piece.reasoning_key)
        if reason := said_reason(piece.finish_reason):
            yield from self._finish(reason)

    def _read_text(self, text: str) -> Iterator[ModelEvent]:
        if not text:
            return
        if not self._text:
            yield ItemAdded(Message("assistant", ()))
        self._text.append(text)
        yield TextDelta(text)

    def _read_reasoning(self, text: str, key: str | None) -> Iterator[ModelEvent]:
        if not text:
            return
        if not self._reasoning:
            self._reasoning_key = key or UNSET
            yield ItemAdded(Reasoning((), ()))
        self._reasoning.append(text)
        yield RawReasoningDelta(text)

    def _finish(self, reason: str | None) -> Iterator[ModelEvent]:
        """The items of an answer whose end was said; `reason` is None for one that just ended."""
        ending = ending_of(reason) if reason else "whole"
        if ending == "failed":
            raise StreamBroken(self._words or f"the server ended the answer with the reason `{reason}`")
        self.finished = True
        if self._reasoning:
            yield ItemDone(Reasoning((), tuple(map(ReasoningText, self._reasoning)), key=self._reasoning_key))
        text = "".join(self._text)
        if text:
            yield ItemDone(Message("assistant", (OutputText(text),)))
        if ending == "limited" and (self._calls or not text):
            raise AnswerIncomplete(reason or "")
        if not text and not self._calls:
            raise StreamBroken(self._words) if self._words else EmptyAnswer(reason or "")
        if ending != "limited":
            for call in self._calls.whole():
                yield ItemDone(call)
        yield Completed()
