"""A parsed patch: its sections, and the error for a text that is none.

These are plain classes with slots because the standalone program parses a
patch in every run: `msgspec` would take three times as long to import as all
the rest of the run (43 ms against 13). Nothing changes them once they are made.
"""

from __future__ import annotations

from octavo.errors import OctavoError


class Chunk:
    """One place of an update: lines that stand there, and lines to put in their stead.

    `context` is a line to look for first, or None. `kept` runs parallel to `new`: the index in
    `old` of a line that stays as the file has it, or None for a line that is new. With `at_end`
    the old lines must be the last ones of the file.
    """

    __slots__ = ("at_end", "context", "kept", "new", "old")

    def __init__(
        self, context: str | None, old: list[str], new: list[str], kept: list[int | None], at_end: bool
    ) -> None:
        self.context = context
        self.old = old
        self.new = new
        self.kept = kept
        self.at_end = at_end


class AddFile:
    """Make a file with this content."""

    __slots__ = ("content", "path")

    def __init__(self, path: str, content: str) -> None:
        self.path = path
        self.content = content


class DeleteFile:
    """Remove a file."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


class UpdateFile:
    """Change a file in at least one place and, unless `move_to` is None, move it."""

    __slots__ = ("chunks", "move_to", "path")

    def __init__(self, path: str, move_to: str | None, chunks: list[Chunk]) -> None:
        self.path = path
        self.move_to = move_to
        self.chunks = chunks


Section = AddFile | DeleteFile | UpdateFile


class Patch:
    r"""The sections in the order of the text, and `text`: the accepted lines joined by `\n`."""

    __slots__ = ("sections", "text")

    def __init__(self, sections: list[Section], text: str) -> None:
        self.sections = sections
        self.text = text


class PatchError(OctavoError):
    """A patch that cannot be carried out; the text is what the model reads about it."""


class PatchParseError(PatchError):
    """The text is not a patch.

    `line` is the number of the offending line, counted from 1 at the begin
    marker, or None when the markers themselves are wrong. `str()` is what the
    model reads; `standalone` is what the program `apply_patch` prints.
    """

    def __init__(self, detail: str, line: int | None = None) -> None:
        self.detail = detail
        self.line = line
        super().__init__(f"invalid patch: {detail}" if line is None else f"invalid hunk at line {line}, {detail}")

    @property
    def standalone(self) -> str:
        """The same fault in the words of the standalone program."""
        if self.line is None:
            return f"Invalid patch: {self.detail}"
        return f"Invalid patch hunk on line {self.line}: {self.detail}"
