"""Structured output: a type for the agent's last message (`docs/library.md`, "Structured output")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic

import msgspec

from octavo.api.errors import BadOutputType, OutputInvalid
from octavo.api.result import T
from octavo.api.schemas import NoSchema, from_json, strict_schema


class _Wrapped(msgspec.Struct, frozen=True):
    value: msgspec.Raw


class OutputForm(Generic[T]):
    """What the last message has to look like, and how it is read. Raises `BadOutputType`."""

    def __init__(self, kind: type[T] | Mapping[str, Any]) -> None:
        self._kind = kind
        try:
            self.schema, self._wrapped = strict_schema(kind)
        except NoSchema as error:
            raise BadOutputType(f"output: {error}") from None

    def read(self, text: str) -> T:
        """The message in its type. Raises `OutputInvalid`."""
        kind: Any = Any if isinstance(self._kind, Mapping) else self._kind
        try:
            inner = msgspec.json.decode(text, type=_Wrapped).value if self._wrapped else text
            value: T = from_json(bytes(inner).decode() if isinstance(inner, msgspec.Raw) else inner, kind)
        except ValueError as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise OutputInvalid(f"the answer is not what `output` asks for: {first}", text) from None
        return value
