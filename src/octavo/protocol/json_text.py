"""JSON for whoever reads it: clients, models, saved sessions (`docs/rollouts.md`, `docs/models.md`).

Always UTF-8, and compact but for reports. Texts that UTF-8 cannot hold, such as a path of other bytes, never stop it.
"""

from __future__ import annotations

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def encode_json(value: object) -> bytes:
    """`value` as JSON; half of a surrogate pair becomes U+FFFD.

    Raises `RecursionError` for what is nested too deeply.
    """
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return _encode(_without_lone_surrogates(msgspec.to_builtins(value, builtin_types=(msgspec.Raw,))))


def readable_json(value: object) -> str:
    """`value` as indented JSON with a line end, for people who look at a report of a program's."""
    return msgspec.json.format(encode_json(value), indent=2).decode() + "\n"


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_lone_surrogates(inner) for inner in value]
    return value
