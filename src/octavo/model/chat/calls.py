"""The tool calls of a chat answer, put together from their pieces (`docs/local-models.md`).

Servers differ in how they tell calls apart: by `index`, by id, by their place in a
list, or not at all, where only a new name shows that a new call has begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from octavo.protocol.items import FunctionCall
from octavo.protocol.json_text import encode_json


class PendingCalls:
    """The calls of one answer while their pieces arrive. `new_id` names a call that the server gave no id."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._calls: list[_PendingCall] = []
        self._by_id: dict[str, _PendingCall] = {}
        self._by_place: dict[int, _PendingCall] = {}

    def add(self, pieces: Any) -> None:
        """Take the value of `tool_calls`, a list of pieces; what is none is passed over."""
        for place, piece in enumerate(pieces if isinstance(pieces, list) else [pieces]):
            if isinstance(piece, dict):
                self._add(_Piece(piece), place)

    def add_function(self, function: Any) -> None:
        """Take the value of `function_call`, which older servers send in place of a list of one."""
        if isinstance(function, dict) and function:
            self._add(_Piece({"function": function}), 0)

    def whole(self) -> Iterator[FunctionCall]:
        """The calls in the order of their `index`, else of their coming; each has an id of its own."""
        taken: set[str] = set()
        for call in sorted(self._calls, key=lambda call: call.order):
            if call.says_something:
                call_id = call.id if call.id and call.id not in taken else self._new_id()
                taken.add(call_id)
                yield FunctionCall(name=call.name, arguments="".join(call.arguments), call_id=call_id)

    def __bool__(self) -> bool:
        return any(call.says_something for call in self._calls)

    def _add(self, piece: _Piece, place: int) -> None:
        call = self._call_of(piece, place if piece.index is None else piece.index)
        call.id, call.name = call.id or piece.id, call.name or piece.name
        if piece.arguments:
            call.arguments.append(piece.arguments)
        if piece.id:
            self._by_id.setdefault(piece.id, call)

    def _call_of(self, piece: _Piece, place: int) -> _PendingCall:
        at_place = self._by_place.get(place)
        known = self._by_id.get(piece.id)
        if known is not None and piece.index in (None, known.order):
            return known
        if at_place is not None and not _begins_another(piece, at_place):
            return at_place
        if piece.index is None and not piece.says_where_it_belongs and self._calls:
            return self._calls[-1]
        call = self._by_place[place] = _PendingCall(order=place if piece.index is not None else len(self._calls))
        self._calls.append(call)
        return call


class _PendingCall(msgspec.Struct, eq=False):
    order: int
    id: str = ""
    name: str = ""
    arguments: list[str] = msgspec.field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return bool(self.name or self.arguments)

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are JSON as they stand."""
        try:
            msgspec.json.decode("".join(self.arguments))
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return False
        return True


class _Piece:
    def __init__(self, piece: dict[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, dict) else {}
        index = piece.get("index")
        self.index = index if isinstance(index, int) and not isinstance(index, bool) else None
        self.id, self.name = _text(piece.get("id")), _text(function.get("name"))
        self.arguments = _arguments(function.get("arguments"))

    @property
    def says_where_it_belongs(self) -> bool:
        return bool(self.id or self.name)


def _begins_another(piece: _Piece, call: _PendingCall) -> bool:
    """Whether a piece in the place of a call is the beginning of the next one."""
    if not call.name or not piece.says_where_it_belongs:
        return False
    if piece.id and call.id:
        # Some servers make up a new id for each piece: without a name that is no new call.
        return piece.id != call.id and bool(piece.name or (piece.arguments and call.is_whole))
    return bool(piece.name) and (piece.name != call.name or (bool(piece.arguments) and call.is_whole))


def _arguments(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return encode_json(value).decode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
