"""What the reading tools share: kinds of arguments, and cuts (`docs/tool-output.md`)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from octavo.tools.errors import RespondToModel

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


def refuse_zero(**numbers: int) -> None:
    """Raise `RespondToModel` for the first of these arguments that is zero."""
    for name, number in numbers.items():
        if number == 0:
            raise RespondToModel(f"{name} must be greater than zero")


def cut(text: str, size: int) -> str:
    """As much of `text` as fits into `size` bytes, whole characters only."""
    encoded = text.encode()
    return text if len(encoded) <= size else encoded[:size].decode(errors="ignore")
