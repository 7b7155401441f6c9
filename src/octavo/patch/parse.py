"""Reads the text of a patch into sections (`docs/apply-patch.md`, "The text").

The grammar offered to models is narrower in places; this parser decides.
"""

from __future__ import annotations

from octavo.patch.sections import AddFile, Chunk, DeleteFile, Patch, PatchParseError, Section, UpdateFile
from octavo.patch.text import patch_lines, trimmed

BEGIN = "*** Begin Patch"
END = "*** End Patch"
ADD = "*** Add File: "
DELETE = "*** Delete File: "
UPDATE = "*** Update File: "
MOVE = "*** Move to: "
END_OF_FILE = "*** End of File"
HEREDOC_STARTS = ("<<EOF", "<<'EOF'", '<<"EOF"')

NO_HEADER = (
    "'{}' is not a valid hunk header. Valid hunk headers: "
    "'*** Add File: {{path}}', '*** Delete File: {{path}}', '*** Update File: {{path}}'"
)
NO_LINES = "Update hunk does not contain any lines"
NO_SIGN = (
    "Unexpected line found in update hunk: '{}'. "
    "Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)"
)


def parse(text: str) -> Patch:
    """The patch that `text` holds.

    Raises `PatchParseError` with the first fault.
    """
    lines = _between_markers(patch_lines(trimmed(text)))
    sections: list[Section] = []
    at = 1
    while at < len(lines) - 1:
        section, at = _section(lines, at)
        sections.append(section)
    return Patch(sections, "\n".join(lines))


def _between_markers(lines: list[str]) -> list[str]:
    """The lines from begin to end marker, without the shell's heredoc around them if there is one."""
    fault = _marker_fault(lines)
    if fault is None:
        return lines
    if len(lines) < 4 or lines[0] not in HEREDOC_STARTS or not lines[-1].endswith("EOF"):
        raise fault
    inner = lines[1:-1]
    if (fault := _marker_fault(inner)) is not None:
        raise fault
    return inner


def _marker_fault(lines: list[str]) -> PatchParseError | None:
    if lines and lines[0] != BEGIN:
        return PatchParseError(f"The first line of the patch must be '{BEGIN}'")
    if not lines or lines[-1] != END:
        return PatchParseError(f"The last line of the patch must be '{END}'")
    return None


def _section(lines: list[str], at: int) -> tuple[Section, int]:
    """The section whose header is line `at` (an index), and the index after it."""
    header = trimmed(lines[at])
    if header.startswith(ADD):
        return _add(lines, at, header.removeprefix(ADD))
    if header.startswith(DELETE):
        return DeleteFile(header.removeprefix(DELETE)), at + 1
    if header.startswith(UPDATE):
        return _update(lines, at, header.removeprefix(UPDATE))
    raise PatchParseError(NO_HEADER.format(header), at + 1)


def _add(lines: list[str], at: int, path: str) -> tuple[AddFile, int]:
    end = at + 1
    while lines[end].startswith("+"):
        end += 1
    return AddFile(path, "".join(f"{line[1:]}\n" for line in lines[at + 1 : end])), end


def _update(lines: list[str], header_at: int, path: str) -> tuple[UpdateFile, int]:
    at = header_at + 1
    last = len(lines) - 1
    move_to = None
    if at < last and lines[at].startswith(MOVE):
        move_to = lines[at].removeprefix(MOVE)
        at += 1
    chunks: list[Chunk] = []
    while at < last and not lines[at].startswith("***"):
        if not trimmed(lines[at]):
            at += 1
            continue
        chunk, at = _chunk(lines, at, marker_needed=bool(chunks))
        chunks.append(chunk)
    if not chunks:
        raise PatchParseError(f"Update file hunk for path '{path}' is empty", header_at + 1)
    return UpdateFile(path, move_to, chunks), at


def _chunk(lines: list[str], start: int, *, marker_needed: bool) -> tuple[Chunk, int]:
    """The chunk that begins at index `start`, and the index after it."""
    first = lines[start]
    context = first.removeprefix("@@ ") if first.startswith("@@ ") else None
    if context is None and first != "@@":
        if marker_needed:
            raise PatchParseError(f"Expected update hunk to start with a @@ context marker, got: '{first}'", start + 1)
        at = start
    else:
        at = start + 1
    body, last = at, len(lines) - 1
    old: list[str] = []
    new: list[str] = []
    kept: list[int | None] = []
    while at < last:
        line = lines[at]
        if line == END_OF_FILE:
            if at == body:
                raise PatchParseError(NO_LINES, start + 2)
            return Chunk(context, old, new, kept, at_end=True), at + 1
        sign = line[:1]
        if sign not in ("", " ", "+", "-"):
            if at == body:
                raise PatchParseError(NO_SIGN.format(line), start + 2)
            break
        if sign != "-":
            new.append(line[1:])
            kept.append(None if sign == "+" else len(old))
        if sign != "+":
            old.append(line[1:])
        at += 1
    if at == body:
        raise PatchParseError(NO_LINES, start + 2)
    return Chunk(context, old, new, kept, at_end=False), at
