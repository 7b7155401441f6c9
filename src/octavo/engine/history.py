"""What the model has seen so far: recording it, and the view that the next request sends (`docs/history.md`).

Guarantees of the view: every call is followed somewhere by its output (one that
never came reads `aborted`), no output lacks its call, nothing that the model
must not see is in it. Each item is encoded once; a view costs no encoding of
items that an earlier view had.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    GhostSnapshot,
    LocalShellCall,
    Message,
    ResponseItem,
    encode_item,
)
from octavo.protocol.session_prefix import is_real_user_message
from octavo.tools.output_format import to_text_form, truncate_for_model
from octavo.tools.router import ABORTED

SHELL_FUNCTIONS = ("shell", "container.exec", "apply_patch")

PairKey = tuple[str, str]


class View(msgspec.Struct, frozen=True):
    """The items to send and, in parallel, the JSON of each."""

    items: Sequence[ResponseItem]
    encoded: Sequence[msgspec.Raw]


class History:
    """The items of one conversation, oldest first."""

    def __init__(self, items: Iterable[ResponseItem] = (), most_output: int | None = None) -> None:
        """`most_output` is the user's limit for a tool's output in bytes, in place of the usual cut."""
        self._most_output = most_output
        self._items: list[ResponseItem] = []
        self._encoded: list[msgspec.Raw] = []
        self._text = _TextForm()
        self._open: dict[PairKey, ResponseItem] = {}
        self._answered: set[PairKey] = set()
        self._orphans: set[PairKey] = set()
        self.snapshots: list[GhostSnapshot] = []
        self.record(items)

    @property
    def items(self) -> Sequence[ResponseItem]:
        """All items, as the model sees them; do not change the list."""
        return self._items

    def record(self, items: Iterable[ResponseItem]) -> None:
        """Append items; tool outputs are cut to what a model should read."""
        for item in items:
            if isinstance(item, GhostSnapshot):
                self.snapshots.append(item)
            elif not (isinstance(item, Message) and item.role == "system"):
                self._append(self._cut(item))

    def view(self, *, text_form: bool) -> View:
        """What a request sends; `text_form` shows results of shell calls as text instead of JSON."""
        self._pair()
        if not text_form:
            return View(self._items[:], self._encoded[:])
        self._text.extend(self._items, self._encoded)
        return View(self._text.items[:], self._text.encoded[:])

    def replace(self, items: Iterable[ResponseItem]) -> None:
        """Start over with these items as they are, nothing cut again; snapshots stay."""
        snapshots = self.snapshots
        self.__init__(most_output=self._most_output)  # type: ignore[misc]
        self.snapshots = snapshots
        for item in items:
            self._append(item)

    def drop_oldest(self) -> None:
        """Remove the oldest item, and the call or output that belongs to it."""
        rest = self._items[1:]
        if self._items and (key := call_key(self._items[0]) or output_key(self._items[0])):
            partner = next((i for i, item in enumerate(rest) if key in (call_key(item), output_key(item))), None)
            if partner is not None:
                del rest[partner]
        self.replace(rest)

    def copy(self) -> History:
        """An independent history with the same items."""
        other = History(most_output=self._most_output)
        other.replace(self._items)
        other.snapshots = self.snapshots[:]
        return other

    def user_messages(self) -> list[Message]:
        """The messages that the user wrote."""
        return [item for item in self._items if isinstance(item, Message) and is_real_user_message(item)]

    def _cut(self, item: ResponseItem) -> ResponseItem:
        if self._most_output is None:
            return _cut(item)
        from octavo.tools.output_limit import limited_item  # most users set none

        return limited_item(item, self._most_output)

    def _append(self, item: ResponseItem) -> None:
        self._items.append(item)
        self._encoded.append(msgspec.Raw(encode_item(item)))
        if key := call_key(item):
            if key in self._orphans:
                self._orphans.discard(key)
                self._answered.add(key)
            elif key not in self._answered:
                self._open[key] = item
        elif key := output_key(item):
            if self._open.pop(key, None) is not None:
                self._answered.add(key)
            elif key not in self._answered:
                self._orphans.add(key)

    def _pair(self) -> None:
        """Answer what was never answered and drop what answers nothing."""
        if not self._open and not self._orphans:
            return
        kept: list[ResponseItem] = []
        for item in self._items:
            if output_key(item) in self._orphans:
                continue
            kept.append(item)
            if (key := call_key(item)) in self._open:
                kept.append(_aborted(item, key[1] if key else ""))
        self.replace(kept)


class _TextForm:
    """The same items with results of shell calls as text, kept up to date as items come."""

    def __init__(self) -> None:
        self.items: list[ResponseItem] = []
        self.encoded: list[msgspec.Raw] = []
        self._shell_calls: set[str] = set()

    def extend(self, items: Sequence[ResponseItem], encoded: Sequence[msgspec.Raw]) -> None:
        """Take in the items that came since the last time."""
        for place in range(len(self.items), len(items)):
            item = items[place]
            shown = self._shown(item)
            self.items.append(shown)
            self.encoded.append(encoded[place] if shown is item else msgspec.Raw(encode_item(shown)))

    def _shown(self, item: ResponseItem) -> ResponseItem:
        match item:
            case LocalShellCall():
                self._shell_calls.add(item.call_id or item.id or "")
            case FunctionCall() if item.name in SHELL_FUNCTIONS:
                self._shell_calls.add(item.call_id)
            case CustomToolCall() if item.name == "apply_patch":
                self._shell_calls.add(item.call_id)
            case FunctionCallOutput() | CustomToolCallOutput() if item.call_id in self._shell_calls:
                self._shell_calls.discard(item.call_id)
                text = to_text_form(item.output) if isinstance(item.output, str) else None
                return item if text is None else msgspec.structs.replace(item, output=text)
        return item


def call_key(item: ResponseItem) -> PairKey | None:
    """What pairs a call with its output; None for other items and for a call without an id."""
    match item:
        case FunctionCall():
            return ("function", item.call_id)
        case LocalShellCall() if item.call_id:
            return ("function", item.call_id)
        case CustomToolCall():
            return ("custom", item.call_id)
        case _:
            return None


def output_key(item: ResponseItem) -> PairKey | None:
    """The same for an output."""
    match item:
        case FunctionCallOutput():
            return ("function", item.call_id)
        case CustomToolCallOutput():
            return ("custom", item.call_id)
        case _:
            return None


def _aborted(call: ResponseItem, call_id: str) -> ResponseItem:
    if isinstance(call, CustomToolCall):
        return CustomToolCallOutput(call_id, ABORTED)
    return FunctionCallOutput(call_id, ABORTED)


def _cut(item: ResponseItem) -> ResponseItem:
    if isinstance(item, FunctionCallOutput | CustomToolCallOutput) and isinstance(item.output, str):
        short = truncate_for_model(item.output)
        return item if short is item.output else msgspec.structs.replace(item, output=short)
    return item
