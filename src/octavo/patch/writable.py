"""Whether a patch stays inside the folders that a policy lets be written.

The test looks at names alone. Links can lead a path elsewhere; that is for the
sandbox, in which the patch is applied, to stop (`docs/apply-patch.md`, "In a turn").
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence


def paths_are_writable(paths: Iterable[str], roots: Sequence[tuple[str, Sequence[str]]], cwd: str) -> bool:
    """Whether each path lies under some root and not under what that same root keeps read-only.

    `roots` pairs an absolute folder with the absolute paths inside it that are
    read-only; relative `paths` count from `cwd`. One permissive root is enough.
    """
    allowed = [(_parts(root), [_parts(path) for path in read_only]) for root, read_only in roots]
    return all(_is_writable(_parts(os.path.join(cwd, path)), allowed) for path in paths)


def _is_writable(path: list[str], allowed: list[tuple[list[str], list[list[str]]]]) -> bool:
    return any(
        _is_under(path, root) and not any(_is_under(path, place) for place in read_only) for root, read_only in allowed
    )


def _is_under(path: list[str], folder: list[str]) -> bool:
    return path[: len(folder)] == folder


def _parts(path: str) -> list[str]:
    """The names on the way to an absolute path, `.` and `..` worked out without a look at the disk."""
    parts: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del parts[-1:]
        elif name not in ("", "."):
            parts.append(name)
    return parts
