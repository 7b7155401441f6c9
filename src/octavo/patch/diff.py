r"""Unified diffs of texts, laid out as git does.

Ranges leave `,1` out, a range of no lines names the line before it, and a last
line without a line feed is followed by `\ No newline at end of file`. File
headers are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator

from octavo.patch.compare import Block, changed_blocks

NO_NEWLINE = "\n\\ No newline at end of file"


def unified_hunks(old: str, new: str, context: int) -> str:
    """The hunks that turn `old` into `new`, with `context` equal lines around each; "" for equal texts."""
    old_lines, new_lines = marked_lines(old), marked_lines(new)
    blocks = changed_blocks(old_lines, new_lines)
    parts: list[str] = []
    for group in _grouped(blocks, 2 * context):
        parts += _hunk(group, old_lines, new_lines, context)
    return "".join(f"{line}\n" for line in parts)


def marked_lines(text: str) -> list[str]:
    """The lines without their ends, but for a last one that has none: it says so, which no other line does."""
    lines = text.split("\n")
    last = lines.pop()
    return [*lines, last + NO_NEWLINE] if last else lines


def _grouped(blocks: list[Block], gap: int) -> Iterator[list[Block]]:
    """Runs of blocks with at most `gap` equal lines between neighbours."""
    group: list[Block] = []
    for block in blocks:
        if group and block[0] - group[-1][1] > gap:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _hunk(group: list[Block], old: list[str], new: list[str], context: int) -> list[str]:
    before = min(context, group[0][0])
    after = min(context, len(old) - group[-1][1])
    old_start, new_start = group[0][0] - before, group[0][2] - before
    old_end, new_end = group[-1][1] + after, group[-1][3] + after
    lines = [f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@"]
    at = old_start
    for a0, a1, b0, b1 in group:
        lines += [f" {line}" for line in old[at:a0]]
        lines += [f"-{line}" for line in old[a0:a1]]
        lines += [f"+{line}" for line in new[b0:b1]]
        at = a1
    lines += [f" {line}" for line in old[at:old_end]]
    return lines


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
