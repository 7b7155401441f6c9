"""What a patch does to one file, as clients see it (`docs/protocol.md`).

On the wire a change is an object with one key that names its kind.
"""

from __future__ import annotations

import msgspec


class AddedFile(msgspec.Struct, frozen=True):
    """A new file and its whole text."""

    content: str


class DeletedFile(msgspec.Struct, frozen=True):
    """A file that goes, and the text it had."""

    content: str


class UpdatedFile(msgspec.Struct, frozen=True):
    """Hunks with one line of context and no file headers; `move_path` is the new absolute path of a moved file."""

    unified_diff: str
    move_path: str | None = None


class FileChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of the three is set."""

    add: AddedFile | None = None
    delete: DeletedFile | None = None
    update: UpdatedFile | None = None


FileChanges = dict[str, FileChange]
"""Absolute path to change, in the order of the patch."""
