"""Computes what a file looks like after an update (`docs/apply-patch.md`, "New content")."""

from __future__ import annotations

from octavo.patch.locate import SearchedFile
from octavo.patch.sections import Chunk, PatchError
from octavo.patch.text import BYTE_ORDER_MARK, FileText


class PatchApplyError(PatchError):
    """A patch that parses but does not fit the disk; the text names the file."""


def already_there(path: str) -> str:
    """What a model reads that would have overwritten a file by adding one or by a move."""
    return f"{path} already exists: use `*** Update File: ` to change it, or delete it first"


def updated_text(original: str, chunks: list[Chunk], path: str) -> str:
    """`original` after `chunks`, which must be in the order of the file.

    Lines that a chunk keeps, line ends, a byte order mark and the end of the file stay as they are; new lines
    end as those around them. `path` is only named in errors. Raises `PatchApplyError` when a chunk's lines are
    not there.
    """
    file = FileText(original)
    lines = list(zip(file.lines, file.ends, strict=True))
    for at, length, new in reversed(_replacements(file, chunks, path)):
        lines[at : at + length] = new
    return file.joined(lines)


_Line = tuple[str, str]


def _replacements(file: FileText, chunks: list[Chunk], path: str) -> list[tuple[int, int, list[_Line]]]:
    """(index, number of old lines, new lines with their ends) of each chunk, by index."""
    lines, searched = file.lines, SearchedFile(file.lines)
    replacements: list[tuple[int, int, list[_Line]]] = []
    at = 0
    for chunk in chunks:
        if chunk.context is not None:
            found = searched.seek([_unmarked(chunk.context)], at)
            if found is None:
                raise PatchApplyError(f"Failed to find context '{chunk.context}' in {path}")
            at = found + 1
        if not chunk.old:
            # Without a line to hold on to, an addition goes to the end, whatever its context says.
            end = len(lines) - 1 if lines and not lines[-1] else len(lines)
            replacements.append((end, 0, _new_lines(file, chunk, len(chunk.new), end, 0)))
            continue
        found, length, count = _place(searched, chunk, at, path)
        replacements.append((found, length, _new_lines(file, chunk, count, found, length)))
        at = found + length
    return sorted(replacements, key=lambda replacement: replacement[0])


def _new_lines(file: FileText, chunk: Chunk, count: int, found: int, length: int) -> list[_Line]:
    """The first `count` new lines of a chunk, kept ones as the file has them; `length` old ones stand at `found`."""
    made = []
    for text, index in zip(chunk.new[:count], chunk.kept[:count], strict=True):
        if index is None or index >= length:
            made.append((_unmarked(text), file.end_near(found)))
        else:
            made.append((file.lines[found + index], file.ends[found + index]))
    return made


def _place(file: SearchedFile, chunk: Chunk, start: int, path: str) -> tuple[int, int, int]:
    """Where the old lines of `chunk` stand, how many they are, and how many new ones replace them."""
    old, count = [_unmarked(line) for line in chunk.old], len(chunk.new)
    found = file.seek(old, start, chunk.at_end)
    if found is None and not old[-1]:
        # A blank line before the next header belongs to the layout of the patch more often than to the file.
        old = old[:-1]
        count -= bool(chunk.new) and not chunk.new[-1]
        found = file.seek(old, start, chunk.at_end)
    if found is None:
        raise PatchApplyError(f"Failed to find expected lines in {path}:\n" + "\n".join(chunk.old))
    return found, len(old), count


def _unmarked(line: str) -> str:
    """A line without the byte order mark that a model saw at the start of the file."""
    return line.removeprefix(BYTE_ORDER_MARK)
