"""Reading the JSON arguments that a model wrote (`docs/tools.md`)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from octavo.tools.context import FunctionArguments, Invocation
from octavo.tools.errors import FatalToolError, RespondToModel

T = TypeVar("T")


def parse_arguments(invocation: Invocation, kind: type[T]) -> T:
    """The call's arguments as `kind`; unknown fields are ignored unless `kind` forbids them.

    Raises `RespondToModel` when the text does not fit.
    """
    if not isinstance(invocation.payload, FunctionArguments):
        raise FatalToolError(f"tool {invocation.name} invoked with incompatible payload")
    try:
        return msgspec.json.decode(invocation.payload.text, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RespondToModel(f"failed to parse function arguments: {error}") from None
