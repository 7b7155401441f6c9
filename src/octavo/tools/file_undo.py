"""Letting steps be taken back: what may change files says when it does (`docs/undo.md`)."""

from __future__ import annotations

import contextlib
from typing import Protocol

from octavo.tools.context import Invocation


class FileUndo(Protocol):
    """Whoever keeps what the files were like."""

    def step(
        self, turn_id: str, call_id: str, paths: tuple[str, ...] = ()
    ) -> contextlib.AbstractAsyncContextManager[None]:
        """Around something that may change files: anywhere, or at just these (absolute) paths."""


def undoable(invocation: Invocation, *paths: str) -> contextlib.AbstractAsyncContextManager[None]:
    """Around the part of a call that may change files; costs nothing while nobody keeps them."""
    undo = invocation.host.undo
    if undo is None:
        return contextlib.nullcontext()
    return undo.step(invocation.turn.turn_id, invocation.call_id, paths)
