"""The saved sessions to choose from, over the whole screen: `octavo resume` and `/resume` (`docs/sessions.md`).

Rows are shown as they are read, keys work meanwhile, and nothing here waits for a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octavo.frontends.terminal.effects.saved_sessions import ListSessions, PickSession, PreviewSession, SearchSessions
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.frontends.terminal.text.styled import (
    ACCENT,
    BOLD,
    DIM,
    EMPTY,
    WARNING,
    Line,
    Span,
    line,
)
from octavo.frontends.terminal.text.widths import cut_line, fitting
from octavo.frontends.terminal.views.pager import Pager
from octavo.frontends.terminal.views.saved_session import Order, ReadSoFar, SavedSession, Searched
from octavo.frontends.terminal.views.session_table import ago, table
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_ctrl, is_named, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu
    from octavo.rollout.excerpt import Excerpt

_HEAD, _SHORT_FOOT = 4, 2
_IN_WORDS = 20
_LEAST_SAID = 3
"""Characters of a search from which on what was said is searched, too."""
_ORDERS: dict[Order, str] = {"created": "newest first", "updated": "last used first"}


class ResumePicker(View):
    """The list. `now` gives Unix seconds. What it wants read it says in effects; the answers are its methods.

    Tab leaves only the sessions of the folder `cwd`, and shows all again. `inside` of a session Esc goes back to it.
    With `forks` the title says that a copy is made.
    """

    takes_text = True

    def __init__(
        self,
        now: Callable[[], float],
        cwd: str = "",
        home: str | None = None,
        *,
        inside: bool = False,
        forks: bool = False,
    ) -> None:
        self._now, self._cwd, self._home, self._inside = now, cwd, home, inside
        self._verb = "fork" if forks else "resume"
        self._here = False
        self._by: Order = "created"
        self._sessions: list[SavedSession] = []
        self._hay: dict[str, str] = {}
        self._names: Mapping[str, str] = {}
        self._so_far = ReadSoFar()
        self._query = ""
        self._said: dict[str, str] = {}
        self._searched: Searched | None = None
        self._remark = ""
        self._shown: list[SavedSession] | None = []
        self._selected = self._top = 0
        self._page = 10
        self._is_asked = self._is_read = False
        self._said_from, self._said_at = 0, 0.0
        self._preview: Pager | None = None
        self._previewed: SavedSession | None = None

    # --- answers ---

    def add(self, sessions: Sequence[SavedSession], so_far: ReadSoFar, names: Mapping[str, str] | None = None) -> None:
        """More of them were read, and how users call them. The selected one stays selected."""
        if names is not None and names != self._names:
            self._names, self._hay = names, {}
        kept = self._chosen if self._selected else None
        self._sessions += sessions
        self._so_far, self._shown = so_far, None
        self._keep(kept)

    def said(self, query: str, found: Mapping[str, str], searched: Searched | None) -> None:
        """Where these words were said, by file, each with what stands around them."""
        if query == self._query:
            kept = self._chosen if self._selected else None
            self._said, self._searched, self._shown = {**self._said, **found}, searched, None
            self._keep(kept)

    def previewed(self, path: str, excerpt: Excerpt | str) -> None:
        """What was said in the session, or why it cannot be read."""
        if self._preview is not None and self._previewed is not None and self._previewed.path == path:
            self._open_preview(self._previewed, excerpt)

    def refused(self, remark: str) -> None:
        """The session that was picked cannot be gone on with."""
        self._remark = remark

    def wanted(self) -> tuple[Effect, ...]:
        """What has to be read for the picker once it is seen."""
        if self._is_asked:
            return ()
        self._is_asked = True
        return (ListSessions(self._by),)

    # --- keys ---

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        self._remark = ""
        if is_ctrl(event, "c") or is_ctrl(event, "d"):
            return Outcome((PickSession(None),) if self._inside else (Quit(),), "close")
        if self._preview is not None:
            return self._in_preview(self._preview, event, now)
        if isinstance(event, Paste):
            return self._search(self._query + one_line(event.text))
        if is_named(event, "escape"):
            return Outcome((PickSession(None),), "close")
        if is_named(event, "enter"):
            return self._pick()
        if is_named(event, "backspace"):
            return self._search(self._query[:-1])
        if is_ctrl(event, "u"):
            return self._search("")
        if is_named(event, "tab") and self._cwd:
            self._here, self._selected, self._top, self._shown = not self._here, 0, 0, None
        elif is_ctrl(event, "s"):
            return self._turn_round()
        elif (is_ctrl(event, "t") or is_ctrl(event, "e")) and (chosen := self._chosen) is not None:
            self._open_preview(chosen, None)
            return Outcome((PreviewSession(chosen.path),))
        elif character := typed(event):
            return self._search(self._query + character)
        self._move(event)
        return STAY

    def _in_preview(self, preview: Pager, event: Key | Paste, now: float) -> Outcome:
        if is_named(event, "enter") and not preview.is_searching:
            self._preview = None
            return self._pick()
        leaves = (is_ctrl(event, "t") or is_ctrl(event, "e")) and not preview.is_searching
        if leaves or preview.handle(event, now).then != "stay":
            self._preview = None
        return STAY

    def _pick(self) -> Outcome:
        chosen = self._chosen
        return Outcome((PickSession(chosen.path),)) if chosen is not None else STAY

    def _turn_round(self) -> Outcome:
        self._by = "updated" if self._by == "created" else "created"
        self._selected, self._top, self._shown = 0, 0, None
        return Outcome((ListSessions(self._by),))

    def _move(self, key: Key) -> None:
        steps = {"up": -1, "down": 1, "pageup": -self._page, "pagedown": self._page}
        last = max(len(self._visible()) - 1, 0)
        if is_named(key, "home", "end"):
            self._selected = 0 if key.name == "home" else last
        elif key.name in steps:
            self._selected = min(max(self._selected + steps[key.name], 0), last)

    def _search(self, query: str) -> Outcome:
        if query == self._query:
            return STAY
        self._query, self._selected, self._top, self._shown = query, 0, 0, None
        self._said, self._searched = {}, None
        was_read, self._is_read = self._is_read, len(query.strip()) >= _LEAST_SAID
        if self._is_read:
            return Outcome((SearchSessions(query, self._unmatched()),))
        return Outcome((SearchSessions(""),)) if was_read else STAY

    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._preview.deadline() if self._preview is not None else None

    def tick(self, now: float) -> Outcome:
        """A search in the preview goes on."""
        return self._preview.tick(now) if self._preview is not None else STAY

    # --- what is chosen from ---

    @property
    def _chosen(self) -> SavedSession | None:
        shown = self._visible()
        return shown[self._selected] if self._selected < len(shown) else None

    def _visible(self) -> list[SavedSession]:
        """The sessions that fit, in their order."""
        if self._shown is None:
            self._shown = [session for session in self._sessions if self._fits(session)]
            place = 1 if self._by == "created" else 2
            self._shown.sort(key=lambda session: session[place] or 0.0, reverse=True)
        return self._shown

    def _unmatched(self) -> tuple[SavedSession, ...]:
        """Those whose words have to be read to know whether they fit."""
        query = self._query.lower()
        return tuple(session for session in self._sessions if query not in self._text(session))

    def _fits(self, session: SavedSession) -> bool:
        if self._here and session.cwd != self._cwd:
            return False
        query = self._query.lower()
        return not query or query in self._text(session) or session.path in self._said

    def _text(self, session: SavedSession) -> str:
        """What is searched at once: name, first words, folder, branch and id."""
        hay = self._hay.get(session.path)
        if hay is None:
            parts = (self._names.get(session.id, ""), session.text, session.cwd, session.branch, session.id)
            hay = self._hay[session.path] = "\n".join(parts).lower()
        return hay

    def _keep(self, session: SavedSession | None) -> None:
        if session is not None:
            shown = self._visible()
            self._selected = next((at for at, one in enumerate(shown) if one.path == session.path), self._selected)
        self._selected = min(self._selected, max(len(self._visible()) - 1, 0))

    # --- in words ---

    def menu(self) -> Menu:
        """The first that fit, and those behind them by `more`."""
        from octavo.frontends.terminal.views.menu import Menu

        found, so_far = self._visible(), self._so_far
        shown = found[self._said_from : self._said_from + _IN_WORDS]
        if not so_far.ended and len(shown) < _IN_WORDS:
            return Menu(("Reading the saved sessions.",), prompt="0 for none: ")
        self._said_at = self._said_at or self._now()
        told = [one_line(self._remark)] if self._remark else []
        told += [row.text.strip() for row in self._trouble()]
        told.append(f"Saved sessions, {_ORDERS[self._by]}:" if shown else self._nothing())
        choices = tuple(self._in_words(session, self._said_at) for session in shown)
        more = ", more" * (len(found) > self._said_from + _IN_WORDS)
        none = "go back" if self._inside else "begin a new one"
        choose = f"Choose {'1' if len(shown) == 1 else f'1 to {len(shown)}'}{more}, " if shown else ""
        return Menu(tuple(told), choices, prompt=f"{choose}0 to {none}, or words to search: ")

    def pick(self, index: int, now: float) -> Outcome:
        """Take a session."""
        self._selected = self._said_from + index
        return self._pick()

    def write(self, text: str, now: float) -> Outcome | None:
        """Words search; `more` shows those behind."""
        if text.lower() == "more" and len(self._visible()) > self._said_from + _IN_WORDS:
            self._said_from += _IN_WORDS
            return STAY
        self._said_from = 0
        return self._search(text)

    def _in_words(self, session: SavedSession, now: float) -> str:
        name = one_line(self._names.get(session.id) or session.text) or "(no message yet)"
        hit = one_line(self._hit(session))
        branch = f", {one_line(session.branch)}" if session.branch else ""
        return f"{name}{f', said: {hit}' if hit else ''}, {ago(session.updated, now)}{branch}"

    # --- what is seen ---

    def _open_preview(self, session: SavedSession, excerpt: Excerpt | str | None) -> None:
        from octavo.frontends.terminal.views.session_preview import session_preview  # only for who looks

        self._previewed = session
        self._preview = session_preview(session, self._names.get(session.id, ""), self._home, excerpt)

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        if self._preview is not None:
            return self._preview.rows(width, height)
        foot = self._foot(width)
        if height <= _HEAD + len(foot) + 1:
            foot = [EMPTY, foot[-1]] if height > _HEAD + _SHORT_FOOT else []
        self._page = max(height - _HEAD - len(foot), 1)
        head = [
            line(Span(f"{self._verb.capitalize()} a session", BOLD.over(ACCENT))),
            line(f"Search: {one_line(self._query)}") if self._query else line(Span("Type to search", DIM)),
            EMPTY,
        ]
        rows = [*head, *self._table(width)]
        if foot:
            rows += [EMPTY] * (height - len(rows) - len(foot)) + foot
        return [cut_line(row, width) for row in rows[: max(height, 0)]], None

    def _table(self, columns: int) -> list[Line]:
        shown = self._visible()
        self._top = min(max(self._top, self._selected - self._page + 1), self._selected)
        visible = shown[self._top : self._top + self._page]
        if not visible:
            return [line(Span(f"  {self._nothing()}", DIM))]
        rows = [(one, self._names.get(one.id) or one.text, self._hit(one)) for one in visible]
        return table(rows, self._selected - self._top, self._now(), columns)

    def _hit(self, session: SavedSession) -> str:
        return self._said.get(session.path, "") if self._query else ""

    def _nothing(self) -> str:
        if not self._so_far.ended or self._searched is not None:
            return "searching …" if self._query or self._here else "reading the saved sessions …"
        if not self._query and not self._here:
            return "no saved sessions"
        if self._so_far.reached_limit:
            return f"no match among the newest sessions; the first {len(self._sessions)} were looked at"
        return "no session matches"

    def _foot(self, width: int) -> list[Line]:
        return [
            EMPTY,
            *self._trouble(),
            self._about_chosen(width),
            self._state(width),
            line(Span(self._keys(width), DIM)),
        ]

    def _about_chosen(self, width: int) -> Line:
        if self._remark:
            return line(Span(f" {one_line(self._remark)}", WARNING))
        chosen = self._chosen
        if chosen is None:
            return EMPTY
        facts = (with_tilde(chosen.cwd, self._home), chosen.branch, chosen.id)
        return line(Span(fitting(" " + one_line("  ".join(fact for fact in facts if fact)), width), DIM))

    def _state(self, width: int) -> Line:
        """How many there are, in which order, how to change that where there is room, and what is still read."""
        so_far, count = self._so_far, len(self._visible())
        other = _ORDERS["updated" if self._by == "created" else "created"]
        parts = [f"{count:,} {'session' if count == 1 else 'sessions'}, {_ORDERS[self._by]}"]
        if so_far.left:
            parts.append(f"reading {so_far.left:,} more")
        if self._searched is not None:
            parts.append(f"searching what was said, {self._searched.done:,} of {self._searched.of:,}")
        change = f" (ctrl + s {other})"
        if len(" · ".join(parts)) + len(change) < width:
            parts[0] += change
        return line(Span(fitting(" " + " · ".join(parts), width), DIM))

    def _trouble(self) -> list[Line]:
        """What does not answer, and what cannot be read."""
        so_far, rows = self._so_far, []
        if so_far.waiting:
            rows.append(line(Span(f" No answer yet from {_named(so_far.waiting)}", WARNING)))
        if so_far.failed:
            names, why = [name for name, _ in so_far.failed], one_line(so_far.failed[0][1])
            rows.append(line(Span(f" Could not be read ({why}): {_named(names)}", DIM)))
        return rows

    def _keys(self, width: int) -> str:
        words = [
            f"enter {self._verb}",
            "esc back" if self._inside else "esc new session",
            *([] if self._inside else ["ctrl + c quit"]),
            *([f"tab {'all folders' if self._here else 'this folder'}"] if self._cwd else []),
            "ctrl + t preview",
            "↑/↓ move",
        ]
        while len(words) > 1 and len(" " + "  ".join(words)) > width:
            words.pop()
        wide = " " + "   ".join(words)
        return wide if len(wide) <= width else " " + "  ".join(words)


def _named(names: Sequence[str]) -> str:
    first = one_line(names[0])
    return first if len(names) == 1 else f"{len(names):,} files, {first} among them"
