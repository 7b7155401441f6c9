"""What is remembered of saved sessions beside them, so that what has not changed is not read again.

An index is worth nothing by itself: it may be removed at any time, and one that cannot be read or written, or is of
another format, is done without.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, TypeVar

import msgspec

from octavo.files.plain_file import open_regular
from octavo.files.private_file import replace_private_file
from octavo.rollout.lines import BAD_JSON

T = TypeVar("T")


class _Head(msgspec.Struct, frozen=True, array_like=True):
    format: int


def index_path(codex_home: str, name: str) -> str:
    """Where the index of this name is."""
    return os.path.join(codex_home, "cache", name)


def read_index(path: str, format_number: int, kind: type[T]) -> T | None:
    """What it holds behind the number of its format; None where there is none of this format."""
    try:
        with open_regular(path) as file:
            data = file.read()
        if msgspec.msgpack.decode(data, type=_Head).format != format_number:
            return None
        _, content = msgspec.msgpack.decode(data, type=tuple[int, kind])  # type: ignore[valid-type] # a type at run time
    except (OSError, *BAD_JSON):
        return None
    return content


def write_index(path: str, format_number: int, content: Any) -> None:
    """Put it there, for its owner alone; a full or read-only disk leaves it as it is.

    So does a name in it that is not UTF-8, which the format cannot hold.
    """
    with contextlib.suppress(OSError, UnicodeEncodeError):
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        replace_private_file(path, msgspec.msgpack.encode((format_number, content)))
