"""`octavo resume` without an id: the saved sessions to choose from, over the whole screen (`docs/sessions.md`).

Rows are shown as they are read; keys work meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from octavo.frontends.terminal.effects import Effect, MoreSessions, PickSession, Quit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import BOLD, CYAN, DIM, EMPTY, PLAIN, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut, cut_line, width
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_ctrl, is_named, typed

_AHEAD = 5
"""So many rows below the selected one are read beforehand."""
_HEAD, _FOOT = 4, 2
_GAP = 2
_LEAST_TEXT = 20
_LEAST_ID = 8
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_KEYS = "enter resume   esc new session   ctrl + c quit   ↑/↓ move"
_SHORT_KEYS = "enter resume  esc new  ctrl + c quit"


class SavedSession(NamedTuple):
    """A session: its file, when it began and last changed in Unix seconds, the first words of the user, folder, id."""

    path: str
    created: float | None
    updated: float | None
    text: str
    cwd: str = ""
    id: str = ""


class ResumePicker(View):
    """The list, newest first. `now` gives Unix seconds. It asks with `MoreSessions`, the answer goes to `add`.

    Tab leaves only the sessions of the folder `cwd`, and shows all again.
    """

    takes_text = True

    def __init__(self, now: Callable[[], float], cwd: str = "") -> None:
        self._now, self._cwd = now, cwd
        self._here = False
        self._sessions: list[SavedSession] = []
        self._query = ""
        self._selected = self._top = 0
        self._page = 10
        self._asked = self._ended = self._reached_limit = False

    def add(self, sessions: Sequence[SavedSession], *, ended: bool = False, reached_limit: bool = False) -> None:
        """More of them were read; `ended` when there are no others, `reached_limit` when the rest is not looked at."""
        self._sessions += sessions
        self._asked = False
        self._ended, self._reached_limit = ended, reached_limit

    def wanted(self) -> tuple[Effect, ...]:
        """`MoreSessions`, when the screen or the search needs more than there are; to be asked after each `add`."""
        shown = len(self._shown())
        enough = shown > max(self._selected + _AHEAD, self._page - 1)
        if self._asked or self._ended or enough:
            return ()
        self._asked = True
        return (MoreSessions(),)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if isinstance(event, Paste):
            return self._search(self._query + one_line(event.text))
        if is_ctrl(event, "c") or is_ctrl(event, "d"):
            return Outcome((Quit(),), "close")
        if is_named(event, "escape"):
            return Outcome((PickSession(None),), "close")
        shown = self._shown()
        if is_named(event, "enter"):
            return Outcome((PickSession(shown[self._selected].path),), "close") if shown else STAY
        if is_named(event, "backspace"):
            return self._search(self._query[:-1])
        if is_ctrl(event, "u"):
            return self._search("")
        if is_named(event, "tab") and self._cwd:
            self._here, self._selected, self._top = not self._here, 0, 0
        elif character := typed(event):
            return self._search(self._query + character)
        self._move(event, len(shown))
        return Outcome(self.wanted())

    def _move(self, key: Key, count: int) -> None:
        steps = {"up": -1, "down": 1, "pageup": -self._page, "pagedown": self._page}
        if is_named(key, "home", "end"):
            self._selected = 0 if key.name == "home" else max(count - 1, 0)
        elif key.name in steps:
            self._selected = min(max(self._selected + steps[key.name], 0), max(count - 1, 0))

    def _search(self, query: str) -> Outcome:
        if query != self._query:
            self._query, self._selected, self._top = query, 0, 0
        return Outcome(self.wanted())

    def _shown(self) -> list[SavedSession]:
        if not self._query and not self._here:
            return self._sessions
        return [session for session in self._sessions if self._fits(session)]

    def _fits(self, session: SavedSession) -> bool:
        """Whether the search, and the folder, leave the session; a piece of an id is known by its length."""
        wanted = self._query.lower()
        if self._here and session.cwd != self._cwd:
            return False
        return wanted in session.text.lower() or (len(wanted) >= _LEAST_ID and wanted in session.id.lower())

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        foot = _FOOT if height > _HEAD + _FOOT else 0
        self._page = max(height - _HEAD - foot, 1)
        head = [
            line(Span("Resume a session", Style(fg=CYAN, bold=True))),
            line(f"Search: {one_line(self._query)}") if self._query else line(Span("Type to search", DIM)),
            EMPTY,
        ]
        table = self._table(width)
        rows = [*head, *table]
        if foot:
            keys = f" {_KEYS}" + (f"   tab {'all folders' if self._here else 'this folder'}" if self._cwd else "")
            keys = keys if len(keys) <= width else f" {_SHORT_KEYS}"
            rows += [EMPTY] * (height - len(rows) - 1) + [line(Span(keys, DIM))]
        return [cut_line(row, width) for row in rows[: max(height, 0)]], None

    def _table(self, columns: int) -> list[Line]:
        shown = self._shown()
        self._top = min(max(self._top, self._selected - self._page + 1), self._selected)
        visible = shown[self._top : self._top + self._page]
        if not visible:
            return [line(Span(f"  {self._remark()}", DIM))]
        now = self._now()
        times = [("Created", "Updated"), *((ago(s.created, now), ago(s.updated, now)) for s in visible)]
        sizes = _columns(times, columns)
        texts = ["Conversation", *(one_line(session.text) or "(no message yet)" for session in visible)]
        rows = []
        for number, (pair, text) in enumerate(zip(times, texts, strict=True)):
            is_selected = number - 1 + self._top == self._selected and number > 0
            style = BOLD if number == 0 else Style(fg=CYAN, bold=True) if is_selected else PLAIN
            left = "".join(f"{time:{size}}" for time, size in zip(pair, sizes, strict=False) if size)
            room = columns - 2 - len(left)
            rows.append(line(Span(("> " if is_selected else "  ") + left + _shortened(text, room), style)))
        return rows

    def _remark(self) -> str:
        narrowed = bool(self._query) or self._here
        if not self._ended:
            return "searching …" if narrowed else "reading the saved sessions …"
        if self._reached_limit:
            return f"no match among the newest sessions; the first {len(self._sessions)} were looked at"
        return "no session matches" if narrowed else "no saved sessions"


def ago(moment: float | None, now: float) -> str:
    """How long ago that was, in its largest unit."""
    if moment is None:
        return "-"
    seconds = max(int(now - moment), 0)
    name, size = next(((name, size) for name, size in _UNITS if seconds >= size), _UNITS[-1])
    count = seconds // size
    return f"{count} {name}{'' if count == 1 else 's'} ago"


def _columns(times: Sequence[tuple[str, str]], columns: int) -> tuple[int, int]:
    """The widths of the two times; in a narrow terminal the first goes, then the other."""
    first, second = (max(len(pair[place]) for pair in times) + _GAP for place in (0, 1))
    if columns - 2 - first - second >= _LEAST_TEXT:
        return first, second
    return 0, second if columns - 2 - second >= _LEAST_TEXT else 0


def _shortened(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    return cut(text, room - 3) + "..." if room > 3 else cut(text, max(room, 0))
