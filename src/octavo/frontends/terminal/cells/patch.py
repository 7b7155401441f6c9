"""Changes of files as a diff (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from octavo.frontends.terminal.cells.cell import BRANCH, TITLE, Palette
from octavo.frontends.terminal.cells.output import MOST_LINES, Output, limited
from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.styled import DIM, EMPTY, PLAIN, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.changes import FileChange

_SIGNS = {"+": Style(roles=("added",)), "-": Style(roles=("removed",)), " ": PLAIN}


class DiffLine(NamedTuple):
    """One line of a diff: its number, old for what goes and new for all else; the sign `⋮` parts two hunks."""

    number: int
    sign: str
    text: str


class FileDiff(msgspec.Struct, frozen=True):
    """What happens to one file, with its name as it is shown."""

    verb: str
    name: str
    lines: tuple[DiffLine, ...]

    @property
    def counts(self) -> tuple[int, int]:
        """Lines added and lines deleted."""
        signs = [entry.sign for entry in self.lines]
        return signs.count("+"), signs.count("-")

    def title(self) -> list[Span]:
        """The name and the counts."""
        return [Span(self.name), *_counts(*self.counts)]

    @property
    def digits(self) -> int:
        """How wide its numbers are."""
        return len(str(max((entry.number for entry in self.lines), default=0)))

    def rows(self, columns: int, *, start: int = 0, count: int | None = None) -> list[Line]:
        """The lines, or `count` of them from `start` on; numbers to the right; long ones go on below their text."""
        digits = self.digits
        rows: list[Line] = []
        for number, sign, text in self.lines[start : None if count is None else start + count]:
            if sign == "⋮":
                rows.append(line(" " * (4 + digits - 1), Span("⋮", DIM)))
                continue
            style = _SIGNS[sign]
            first = line("    ", Span(f"{number:>{digits}}", DIM), " ", Span(sign, style))
            rest = line(" " * (4 + digits + 2))
            rows += wrap(line(Span(text, style)), columns, first, rest, words=False)
        return rows


class PatchCell(msgspec.Struct, frozen=True):
    """A patch as it is about to be applied: one file, or several below a title."""

    files: tuple[FileDiff, ...]

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Title and diff of each file."""
        mark = line(Span("• ", DIM))
        if not self.files:
            return []
        if len(self.files) == 1:
            file = self.files[0]
            title = line(Span(file.verb, TITLE), " ", *file.title())
            return wrap(title, columns, mark, line("  ")) + file.rows(columns)
        added, deleted = (sum(part) for part in zip(*(file.counts for file in self.files), strict=True))
        count = f" {len(self.files)} files"
        rows = wrap(line(Span("Edited", TITLE), count, *_counts(added, deleted)), columns, mark, line("  "))
        for number, file in enumerate(self.files):
            rows += [EMPTY] * bool(number) + wrap(line(*file.title()), columns, BRANCH, line("    "))
            rows += file.rows(columns)
        return rows

    transcript = scrollback


class PatchFailed(msgspec.Struct, frozen=True):
    """A patch could not be applied."""

    output: Output

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The error below a title."""
        title = Style(bold=True, roles=("failed",))
        rows = wrap(line(Span("✘ Failed to apply patch", title)), columns)
        return rows + (self.output.rows(columns) if self.output.head else [])

    transcript = scrollback


def patch_failed(text: str) -> PatchFailed:
    """The cell for an error text."""
    return PatchFailed(limited(text.strip("\n"), MOST_LINES))


def file_diffs(changes: dict[str, FileChange], name: Callable[[str], str]) -> tuple[FileDiff, ...]:
    """The files of a patch, sorted by path; `name` tells how a path is shown."""
    found: list[FileDiff] = []
    for path in sorted(changes):
        change = changes[path]
        shown = one_line(name(path))
        if change.add is not None:
            found.append(FileDiff("Added", shown, tuple(_whole(change.add.content, "+"))))
        elif change.delete is not None:
            found.append(FileDiff("Deleted", shown, tuple(_whole(change.delete.content, "-"))))
        elif change.update is not None:
            target = change.update.move_path
            if target and target != path:
                shown += f" → {one_line(name(target))}"
            found.append(FileDiff("Edited", shown, tuple(_hunks(change.update.unified_diff))))
    return tuple(found)


def _counts(added: int, deleted: int) -> list[Span]:
    return [Span(" ("), Span(f"+{added}", _SIGNS["+"]), Span(" "), Span(f"-{deleted}", _SIGNS["-"]), Span(")")]


def _text_lines(text: str) -> Sequence[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _whole(content: str, sign: str) -> Iterator[DiffLine]:
    for number, text in enumerate(_text_lines(content), 1):
        yield DiffLine(number, sign, _printable(text))


def _hunks(diff: str) -> Iterator[DiffLine]:
    old = new = 0
    is_first = True
    for text in _text_lines(diff):
        if text.startswith("@@"):
            old, new = _starts(text)
            if not is_first:
                yield DiffLine(0, "⋮", "")
            is_first = False
        elif text.startswith("-"):
            yield DiffLine(old, "-", _printable(text[1:]))
            old += 1
        elif text.startswith("+"):
            yield DiffLine(new, "+", _printable(text[1:]))
            new += 1
        elif not text.startswith("\\"):  # which tells of a missing line end
            yield DiffLine(new, " ", _printable(text[1:]))
            old, new = old + 1, new + 1


def _starts(header: str) -> tuple[int, int]:
    """The first numbers of a hunk, from `@@ -1,2 +3,4 @@`."""
    numbers = [part[1:].split(",")[0] for part in header.split()[1:3]]
    old, new = (int(number) if number.isdecimal() else 1 for number in (*numbers, "1", "1")[:2])
    return old, new


def _printable(text: str) -> str:
    return clean(text.removesuffix("\r")).replace("\n", " ")
