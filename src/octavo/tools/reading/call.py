"""What the reading tools share: their arguments, and how they become tools (`docs/tool-output.md`)."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from octavo.tools.context import FunctionArguments, Invocation
from octavo.tools.errors import FatalToolError, RespondToModel

T = TypeVar("T")
Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


def decode(arguments: str | bytes, kind: type[T]) -> T:
    """The JSON arguments as `kind`; unknown fields are ignored.

    Raises `RespondToModel` when the text does not fit.
    """
    try:
        return msgspec.json.decode(arguments, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RespondToModel(f"failed to parse function arguments: {error}") from None


def argument_text(invocation: Invocation) -> str:
    """The JSON text of a function call; these tools take no other kind."""
    if not isinstance(invocation.payload, FunctionArguments):
        raise FatalToolError(f"tool {invocation.name} invoked with incompatible payload")
    return invocation.payload.text


def refuse_zero(**numbers: int) -> None:
    """Raise `RespondToModel` for the first of these arguments that is zero."""
    for name, number in numbers.items():
        if number == 0:
            raise RespondToModel(f"{name} must be greater than zero")


def cut(text: str, size: int) -> str:
    """As much of `text` as fits into `size` bytes, whole characters only."""
    encoded = text.encode()
    return text if len(encoded) <= size else encoded[:size].decode(errors="ignore")
