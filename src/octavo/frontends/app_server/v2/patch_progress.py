"""What a patch does as far as the model has written it (`docs/app-server-v2.md`, "Items").

Only whole lines count. Nothing is checked here and no file is looked at: a line that
makes no sense is left out, and paths are as the model wrote them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.frontends.app_server.v2.types.patches import AddKind, DeleteKind, FileUpdate, UpdateKind
from octavo.patch.parse import ADD, BEGIN, DELETE, END, END_OF_FILE, MOVE, UPDATE

_EVERY = 0.5
"""Seconds between two tellings; each repeats what was told before."""
_KEY = '"input"'
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class PatchProgress:
    """Fed with pieces of one patch, gives its changes so far, now and then; `rest` gives what was not told yet."""

    def __init__(self, now: Callable[[], float], *, is_json: bool) -> None:
        """`is_json`: the pieces are the arguments of a function, whose member `input` is the patch."""
        self._now = now
        self._unescape = _InputMember() if is_json else None
        self._line = ""
        self._files: list[_File] = []
        self._changed, self._told_at = False, float("-inf")

    def feed(self, piece: str) -> tuple[FileUpdate, ...]:
        """The changes so far, if there are new ones and the last telling was a while ago; else nothing."""
        text = self._line + (piece if self._unescape is None else self._unescape.feed(piece))
        *lines, self._line = text.split("\n")
        for line in lines:
            self._take(line.removesuffix("\r"))
        if not self._changed or self._now() - self._told_at < _EVERY:
            return ()
        return self.rest()

    def rest(self) -> tuple[FileUpdate, ...]:
        """All changes, if some of them were not told."""
        if not self._changed:
            return ()
        self._changed, self._told_at = False, self._now()
        return tuple(file.shown() for file in self._files)

    def _take(self, line: str) -> None:
        for header, kind in ((ADD, "add"), (DELETE, "delete"), (UPDATE, "update")):
            if line.startswith(header):
                self._files.append(_File(kind, line.removeprefix(header).strip()))
                self._changed = True
                return
        if not self._files or line in (BEGIN, END, END_OF_FILE):
            return
        file = self._files[-1]
        if line.startswith(MOVE):
            file.moved_to = line.removeprefix(MOVE).strip()
        elif file.kind == "update":
            file.lines.append(line)
        elif file.kind == "add" and line.startswith("+"):
            file.lines.append(line[1:])
        else:
            return
        self._changed = True


class _File(msgspec.Struct):
    """One file of the patch, as far as it is known."""

    kind: str
    path: str
    moved_to: str | None = None
    lines: list[str] = []

    def shown(self) -> FileUpdate:
        diff = "".join(f"{line}\n" for line in self.lines)
        if self.kind == "update":
            return FileUpdate(self.path, UpdateKind(move_path=self.moved_to), diff)
        return FileUpdate(self.path, AddKind() if self.kind == "add" else DeleteKind(), diff)


class _InputMember:
    """Finds the text of the member `input` in the JSON of a function's arguments, while that comes."""

    def __init__(self) -> None:
        self._rest = ""
        self._is_inside = self._is_over = False

    def feed(self, piece: str) -> str:
        """The next piece of the text."""
        if self._is_over:
            return ""
        self._rest += piece
        if not self._is_inside:
            place = self._rest.find(_KEY)
            start = self._rest.find('"', place + len(_KEY)) if place >= 0 else -1
            if start < 0:
                return ""
            self._is_inside, self._rest = True, self._rest[start + 1 :]
        return self._text()

    def _text(self) -> str:
        """Everything up to the closing quote, or to an escape that is not whole."""
        text, at, rest = [], 0, self._rest
        while at < len(rest):
            sign = rest[at]
            if sign == '"':
                self._is_over = True
                break
            if sign != "\\":
                end = min((place for mark in '"\\' if (place := rest.find(mark, at)) >= 0), default=len(rest))
                text.append(rest[at:end])
                at = end
                continue
            escape = rest[at + 1 : at + 2]
            length = 6 if escape == "u" else 2
            if len(rest) < at + length:
                break
            text.append(_unescaped(rest[at : at + length]))
            at += length
        self._rest = rest[at:]
        return "".join(text)


def _unescaped(escape: str) -> str:
    """The character that an escape stands for; one half of a pair is shown as a question mark."""
    if escape[1] != "u":
        return _ESCAPES.get(escape[1], escape[1])
    try:
        number = int(escape[2:], 16)
    except ValueError:
        return "?"
    return "?" if 0xD800 <= number < 0xE000 else chr(number)
