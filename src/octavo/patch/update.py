"""Computes what a file looks like after an update (`docs/apply-patch.md`, "New content")."""

from __future__ import annotations

from octavo.patch.locate import SearchedFile
from octavo.patch.sections import Chunk, PatchError
from octavo.patch.text import file_lines


class PatchApplyError(PatchError):
    """A patch that parses but does not fit the disk; the text names the file."""


def updated_text(original: str, chunks: list[Chunk], path: str) -> str:
    r"""`original` after `chunks`, which must be in the order of the file; ends with `\n` unless empty.

    `path` is only named in errors. Raises `PatchApplyError` when a chunk's
    lines are not there.
    """
    lines = file_lines(original)
    for at, length, new in reversed(_replacements(lines, chunks, path)):
        lines[at : at + length] = new
    if not lines or lines[-1]:
        lines.append("")
    return "\n".join(lines)


def _replacements(lines: list[str], chunks: list[Chunk], path: str) -> list[tuple[int, int, list[str]]]:
    """(index, number of old lines, new lines) of each chunk, by index."""
    file = SearchedFile(lines)
    replacements: list[tuple[int, int, list[str]]] = []
    at = 0
    for chunk in chunks:
        if chunk.context is not None:
            found = file.seek([chunk.context], at)
            if found is None:
                raise PatchApplyError(f"Failed to find context '{chunk.context}' in {path}")
            at = found + 1
        if not chunk.old:
            # Without a line to hold on to, an addition goes to the end, whatever its context says.
            end = len(lines) - 1 if lines and not lines[-1] else len(lines)
            replacements.append((end, 0, chunk.new))
            continue
        found, length, new = _place(file, chunk, at, path)
        replacements.append((found, length, new))
        at = found + length
    return sorted(replacements, key=lambda replacement: replacement[0])


def _place(file: SearchedFile, chunk: Chunk, start: int, path: str) -> tuple[int, int, list[str]]:
    """Where the old lines of `chunk` stand, how many they are, and what replaces them."""
    old, new = chunk.old, chunk.new
    found = file.seek(old, start, chunk.at_end)
    if found is None and not old[-1]:
        # A blank line before the next header belongs to the layout of the patch more often than to the file.
        old = old[:-1]
        new = new[:-1] if new and not new[-1] else new
        found = file.seek(old, start, chunk.at_end)
    if found is None:
        raise PatchApplyError(f"Failed to find expected lines in {path}:\n" + "\n".join(chunk.old))
    return found, len(old), new
