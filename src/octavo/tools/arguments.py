"""Reading the JSON arguments that a model wrote (`docs/tools.md`)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from octavo.tools.context import FunctionArguments, Invocation
from octavo.tools.errors import FatalToolError, RespondToModel

T = TypeVar("T")


def parse_arguments(invocation: Invocation, kind: type[T], what: str = "function arguments") -> T:
    """The call's arguments as `kind`; unknown fields are ignored unless `kind` forbids them.

    Raises `RespondToModel` when the text does not fit; `what` is its name for the text.
    """
    return decode_arguments(argument_text(invocation), kind, what)


def argument_text(invocation: Invocation) -> str:
    """The JSON text of a function call. Raises `FatalToolError` for any other kind of call."""
    if not isinstance(invocation.payload, FunctionArguments):
        raise incompatible_payload(invocation.name)
    return invocation.payload.text


def decode_arguments(text: str | bytes, kind: type[T], what: str = "function arguments") -> T:
    """The JSON text as `kind`; raises as `parse_arguments` does."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RespondToModel(f"failed to parse {what}: {error}") from None


def incompatible_payload(name: str) -> FatalToolError:
    """A tool was called in a way that it does not take, such as free text for one that reads JSON."""
    return FatalToolError(f"tool {name} invoked with incompatible payload")
