"""Noticing that the model makes the same call again and again, and gets the same result (`docs/limits.md`).

Loaded only where the user wants it. At the third time in a row the model is told, once; after
the sixth the turn ends. Waiting for a command that still runs is no repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.protocol.items import (
    CustomToolCall,
    FunctionCall,
    InputText,
    LocalShellCall,
    Message,
    ResponseItem,
    ToolCall,
    ToolOutput,
)

TELL_AT, END_AT = 3, 6
TOLD = (
    "You have made the same call three times in a row, and its result was the same each time. Making it again "
    "will not change that: try something else, or say what is in the way."
)
# What differs between two results that say the same.
_PASSING = frozenset(("duration_seconds", "wall_time_seconds", "chunk_id"))


class LoopGuard:
    """Follows the calls of a turn, in order."""

    def __init__(self) -> None:
        self._last: tuple[object, object] | None = None
        self._times = 0

    @property
    def has_enough(self) -> bool:
        """Whether the turn is to end."""
        return self._times >= END_AT

    def take(self, call: ToolCall, output: ToolOutput) -> bool:
        """Take in the next call; whether the model is to be told now."""
        result = _lasting(output.output)
        if _waits(call, result):
            return False
        seen = (_words(call), result)
        self._times = self._times + 1 if seen == self._last else 1
        self._last = seen
        return self._times == TELL_AT


def watch(turn: ActiveTurn, items: Sequence[ResponseItem]) -> None:
    """Take in what an answer left behind; a remark for the model joins the next request."""
    guard = turn.loop_guard = turn.loop_guard or LoopGuard()
    for call, output in pairwise(items):
        if isinstance(call, ToolCall) and isinstance(output, ToolOutput) and guard.take(call, output):
            turn.add_input(Message("developer", (InputText(TOLD),)))


def _words(call: ToolCall) -> object:
    match call:
        case FunctionCall():
            return call.name, _parsed(call.arguments)
        case CustomToolCall():
            return call.name, call.input
        case LocalShellCall():
            return "local_shell", call.action


def _waits(call: ToolCall, result: object) -> bool:
    """Whether the call only looks at a command that goes on."""
    if not isinstance(call, FunctionCall) or call.name != "write_stdin":
        return False
    arguments = _parsed(call.arguments)
    typed = arguments.get("chars") if isinstance(arguments, dict) else None
    return not typed and isinstance(result, dict) and "session_id" in result


def _lasting(output: object) -> object:
    """The result without what is different each time."""
    parsed = _parsed(output) if isinstance(output, str) and output.startswith("{") else output
    return _without_passing(parsed) if isinstance(parsed, dict) else parsed


def _without_passing(table: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_passing(value) if isinstance(value, dict) else value
        for key, value in table.items()
        if key not in _PASSING
    }


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return text
