"""The items of an answer that came in another way than one by one (`docs/models.md`).

Some servers send pieces of text alone, or everything in the last event alone, or
items in a looser form. What they meant is put together here, only where nothing
that counts has come in the usual way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from octavo.protocol.items import (
    CustomToolCall,
    FunctionCall,
    LocalShellCall,
    Message,
    OutputText,
    ResponseItem,
    WebSearchCall,
    decode_item,
    message_text,
)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def counts(item: ResponseItem) -> bool:
    """Whether an answer with this item is one: it holds text, or calls something."""
    if isinstance(item, Message):
        return bool(message_text(item))
    return isinstance(item, FunctionCall | LocalShellCall | CustomToolCall | WebSearchCall)


def items_of_output(output: Any) -> list[ResponseItem]:
    """The items of a whole `output` list; what is none is passed over."""
    items = []
    for entry in output if isinstance(output, list) else ():
        try:
            items.append(decode_item(msgspec.json.encode(entry)))
        except _UNREADABLE:
            if (message := loose_message(entry)) is not None:
                items.append(message)
    return items


def loose_message(entry: Any) -> Message | None:
    """A message in a looser form: a plain string as its content, a refusal, a part of an unknown kind, no role."""
    if not isinstance(entry, dict) or entry.get("type") != "message" or entry.get("role", "assistant") != "assistant":
        return None
    content = entry.get("content")
    parts = content if isinstance(content, list) else [content]
    text = "".join(_part_text(part) for part in parts)
    return Message("assistant", (OutputText(text),)) if text else None


PIECE_ENDS = ("response.output_text.done", "response.refusal.done", "response.function_call_arguments.done")
"""Events that carry the whole of what pieces carried."""

AT_ONCE = 256
"""So many pieces are worth folding."""
_BETWEEN = b"\0"
"""No JSON holds this byte."""


class Leftovers:
    """What came of an answer besides its items.

    `output` is the list of the last event; `begun` are calls that were announced; `loose` are items
    that could not be read; `pieces` are events with pieces of text or arguments, undecoded.
    `had_items` tells that items did come, though none that counts.
    """

    def __init__(self) -> None:
        self.output: Any = None
        self.begun: list[FunctionCall] = []
        self.loose: list[msgspec.Raw] = []
        self.had_items = False
        self.pieces: list[bytes] = []
        self._folded: list[bytes] = []

    def fold(self) -> None:
        """Keep the pieces so far as one: hardly ever are they needed, and each by itself would cost more."""
        self._folded.append(_BETWEEN.join(self.pieces))
        self.pieces.clear()

    def forget_pieces(self) -> None:
        """They are not needed: the whole has come."""
        self.pieces.clear()
        self._folded.clear()

    def items(self) -> list[ResponseItem]:
        """The items that they make."""
        found = items_of_output(self.output)
        if any(map(counts, found)):
            return [item for item in found if counts(item) or not self.had_items]
        loose = [message for raw in self.loose if (message := loose_message(msgspec.json.decode(raw))) is not None]
        return list(loose) or list(_items_of_pieces(self.begun, self._all_pieces()))

    def _all_pieces(self) -> Iterator[bytes]:
        for folded in self._folded:
            yield from folded.split(_BETWEEN)
        yield from self.pieces


def _items_of_pieces(begun: Sequence[FunctionCall], events: Iterable[bytes]) -> Iterator[ResponseItem]:
    """A message of the pieces of text, and the calls that were begun with the pieces of their arguments."""
    texts, arguments = _Joined(), {call.id or call.call_id: _Joined() for call in begun}
    for data in events:
        try:
            event = msgspec.json.decode(data)
        except _UNREADABLE:
            continue
        if not isinstance(event, dict):
            continue
        kind = event.get("type")
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            texts.pieces.append(_text(event.get("delta")))
        elif kind in ("response.output_text.done", "response.refusal.done"):
            texts.whole += _text(event.get("text")) or _text(event.get("refusal"))
        elif (call := arguments.get(_text(event.get("item_id")))) is not None:
            call.pieces.append(_text(event.get("delta")))
            call.whole += _text(event.get("arguments"))
    if texts.text:
        yield Message("assistant", (OutputText(texts.text),))
    for one in begun:
        if text := one.arguments or arguments[one.id or one.call_id].text:
            yield msgspec.structs.replace(one, arguments=text)


class _Joined:
    """A text in pieces, and perhaps once more as a whole."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.whole = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces) or self.whole


def _part_text(part: Any) -> str:
    if isinstance(part, dict):
        return _text(part.get("text")) or _text(part.get("refusal"))
    return _text(part)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
