"""Patches of the agent."""

from __future__ import annotations

from typing import Self

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.items import CallStatus, Item
from octavo.frontends.app_server.v2.types.values import Variant


class AddKind(Variant, frozen=True, kw_only=True, tag="add"):
    """A new file."""


class DeleteKind(Variant, frozen=True, kw_only=True, tag="delete"):
    """A file that goes."""


class UpdateKind(Variant, frozen=True, kw_only=True, tag="update"):
    """A file that changes, and perhaps moves; this name is in snake case."""

    move_path: str | None = msgspec.field(name="move_path", default=None)


class FileUpdate(Camel, frozen=True):
    """What happens to one file; `diff` is its whole text where it comes or goes."""

    path: str
    kind: AddKind | DeleteKind | UpdateKind
    diff: str


class FileChangeItem(Item, frozen=True, kw_only=True, tag="fileChange"):
    """A patch."""

    changes: tuple[FileUpdate, ...]
    status: CallStatus

    def begun(self) -> Self:
        """Nothing is written yet."""
        return msgspec.structs.replace(self, status="inProgress")

    def ended(self, *, declined: bool) -> Self:
        """It was not applied."""
        return msgspec.structs.replace(self, status="declined" if declined else "failed")


class PatchUpdated(Camel, frozen=True):
    """What a patch that the model still writes does so far; paths as it wrote them."""

    thread_id: str
    turn_id: str
    item_id: str
    changes: tuple[FileUpdate, ...]


class DiffUpdated(Camel, frozen=True):
    """Everything that the turn's patches changed."""

    thread_id: str
    turn_id: str
    diff: str
