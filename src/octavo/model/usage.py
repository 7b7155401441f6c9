"""Token usage as a Responses answer tells it (`docs/models.md`).

No answer fails over its usage: what is missing or makes no sense counts as nothing.
"""

from __future__ import annotations

from typing import Any

from octavo.protocol.usage import TokenUsage

_LARGEST = 2**53


def read_usage(told: Any) -> TokenUsage | None:
    """The record that is added up and shown; None where the server told no number at all."""
    if not isinstance(told, dict):
        return None
    read, written, total = _count(told, "input_tokens"), _count(told, "output_tokens"), _count(told, "total_tokens")
    if read is written is total is None:
        return None
    return TokenUsage(
        input_tokens=read or 0,
        cached_input_tokens=_count(told.get("input_tokens_details"), "cached_tokens") or 0,
        output_tokens=written or 0,
        reasoning_output_tokens=_count(told.get("output_tokens_details"), "reasoning_tokens") or 0,
        total_tokens=(read or 0) + (written or 0) if total is None else total,
    )


def _count(holder: Any, key: str) -> int | None:
    """A count of tokens; None for what is none. Some servers write it as a float or in quotes."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 17:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return None
    return int(value)
