"""A question of the agent: what it wants to do, whole, and the answers (`docs/terminal-views.md`, "Questions").

Nothing answers it by accident (`views/guard`); Esc and Ctrl+C before it could be read interrupt, as they did before it
came. What is shown is what runs: characters that would change how the text reads are made visible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from octavo.frontends.terminal.effects.composer import Interrupt
from octavo.frontends.terminal.effects.screen import HeldEscape, OpenPager
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.blocks import Block, first_rows
from octavo.frontends.terminal.views.guard import Guard
from octavo.frontends.terminal.views.option_rows import Option, option_rows, window
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_cancel, is_named, step_of, typed

HINT = "{list.accept} to confirm, esc to cancel"
REMEMBER_HINT = "{list.accept} to confirm, {approval.approve_for_prefix} to remember, esc to cancel"
LIST_HINT = "{list.accept} to confirm, esc to go back"

_WIDEST = 100_000
_LEAST_BODY = 6
_LEAST_SUBJECT = 3
_LEAST_REMARK = 36

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu


class Reply(NamedTuple):
    """An answer: its row, the action of `approval` that gives it, and what it leads to."""

    option: Option
    action: str
    effect: Effect


class Question(View):
    """The question: `about` stands above `subject`, which is what the answer lets happen. `pager` shows both whole.

    `lines` is how many lines both have. The last reply is what Esc and Ctrl+C mean. The key p shows `more`
    replies in the place of these, where there are any; Esc and Ctrl+C go back then. `words` stand in the place of the
    title where the question is read line by line.
    """

    is_question = True

    def __init__(
        self,
        title: str,
        about: Sequence[Block],
        subject: Sequence[Block],
        lines: int,
        replies: Sequence[Reply],
        pager: Callable[[], View],
        more: Sequence[Reply] = (),
        words: str = "",
    ) -> None:
        self._words, self._menus = words or title, dict[bool, "Menu"]()
        self._title, self._pager = title, pager
        self._first = self._replies = tuple(replies)
        self._more = tuple(more)
        self._about, self._subject, self._lines = tuple(about), tuple(subject), lines
        self._guard = Guard()
        self._selected = self._top = 0
        self._body = _Body((0, 0), [], [], 0)

    def appear(self, now: float) -> None:
        """It is seen from now on."""
        self._guard.appear(now)

    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._guard.deadline

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        key = self._guard.due(now)
        return STAY if key is None else self._key(key, now)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_cancel(event):
            if self._replies is not self._first:
                return self._show(self._first, now)
            if self._guard.holds(now):
                return Outcome((HeldEscape() if is_named(event, "escape") else Interrupt(),))
            return self._reply(len(self._replies) - 1)
        return self._guard.admit(event, now).outcome(lambda key: self._key(key, now))

    def _show(self, replies: Sequence[Reply], now: float) -> Outcome:
        """Other answers stand there now; they have to be read first, too."""
        self._replies = tuple(replies)
        self._selected = self._top = 0
        self._guard.appear(now)
        return STAY

    def _key(self, key: Key, now: float) -> Outcome:
        action = self._action(key)
        for index, reply in enumerate(self._replies):
            if (action and action == reply.action) or typed(key) == str(index + 1):
                return self._reply(index)
        if action == "open_fullscreen":
            return Outcome((OpenPager(self._pager()),))
        if action == "approve_for_prefix" and self._more and self._replies is self._first:
            return self._show(self._more, now)
        if step := step_of(key, self.keys):
            self._selected = (self._selected + step) % len(self._replies)
        elif self.keys.means(key, "list.accept"):
            return self._reply(self._selected)
        return STAY

    def menu(self) -> Menu:
        """All that is asked about, and the answers."""
        from octavo.frontends.terminal.views.menu import Menu, in_words

        is_first = self._replies is self._first
        if is_first in self._menus:
            return self._menus[is_first]
        blocks = (*self._subject, *self._about) if is_first else ()
        told = [self._words if is_first else "Yes, and always allow:", *_told(blocks)]
        if is_first and self._more:
            told.append(self.keys.worded("Type {approval.approve_for_prefix} to choose an answer that is remembered."))
        choices = in_words([self._option(reply) for reply in self._replies])
        menu = self._menus[is_first] = Menu(tuple(told), choices, back=not is_first, guarded=True)
        return menu

    def pick(self, index: int, now: float) -> Outcome:
        """Give an answer."""
        return self._reply(index)

    def write(self, text: str, now: float) -> Outcome | None:
        """The letter of an answer, or of those that are remembered."""
        action = self._action(Key(text.lower(), text=text.lower())) if len(text) == 1 else ""
        if action == "approve_for_prefix" and self._more and self._replies is self._first:
            return self._show(self._more, now)
        found = [index for index, reply in enumerate(self._replies) if reply.action and reply.action == action]
        return self._reply(found[0]) if found else None

    def _action(self, key: Key) -> str:
        """The action of a key; a letter is the same in upper case, unless that means something else."""
        action = self.keys.action("approval", key)
        if not action and typed(key).isupper():
            action = self.keys.action("approval", Key(typed(key).lower(), text=typed(key).lower()))
        return action

    def _reply(self, index: int) -> Outcome:
        return Outcome((self._replies[index].effect,), "close")

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        options = option_rows([self._option(reply) for reply in self._replies], self._selected, width, numbered=True)
        self._top, end = window(options, self._selected, self._top, max(height - _LEAST_SUBJECT, 1))
        answers = [row for option in options[self._top : end] for row in option]
        title = wrap(line(Span(self._title, BOLD)), width, line("  "), line("  "))
        body = self._rows_of_body(width, height)
        wanted = min(len(body.about) + len(body.subject), _LEAST_BODY)
        frame = _Frame([*title, EMPTY], [EMPTY], [EMPTY, line(Span(f"  {self.keys.worded(self._hint())}", DIM))])
        frame = frame.within(height - len(answers) - wanted)
        shown = body.within(max(height - len(answers) - frame.height, 0), self.keys.shown("approval.open_fullscreen"))
        rows = [*frame.above, *shown, *frame.between, *answers, *frame.below][: max(height, 0)]
        return [cut_line(row, width) for row in rows], None

    def _option(self, reply: Reply) -> Option:
        """Its row, with the key of the action."""
        key = self.keys.shown(f"approval.{reply.action}") if reply.action else ""
        return replace(reply.option, key="esc" if reply.action == "decline" else key)

    def _hint(self) -> str:
        if self._replies is not self._first:
            return LIST_HINT
        return REMEMBER_HINT if self._more else HINT

    def _rows_of_body(self, width: int, height: int) -> _Body:
        if self._body.size != (width, height):
            about, has_all_about = first_rows(self._about, width, height)
            subject, has_all = first_rows(self._subject, width, height)
            count = len(about) + len(subject) if has_all_about and has_all else self._lines
            self._body = _Body((width, height), about, subject, count)
        return self._body


def _told(blocks: Sequence[Block]) -> list[str]:
    """Every line, as long as it is."""
    rows = [row.text.rstrip() for block in blocks for row in block(_WIDEST)]
    return [row for row in rows if row]


class _Body(NamedTuple):
    """What is asked, laid out for a size as far as it may be seen; `lines` is how many there are in all."""

    size: tuple[int, int]
    about: list[Line]
    subject: list[Line]
    lines: int

    def within(self, room: int, all_key: str) -> list[Line]:
        """As much as there is room for, half of it for the subject; where that is not all, the last row says so."""
        about, subject = self.about, self.subject
        if len(about) + len(subject) <= room:
            return [*about, *subject]
        if room <= 1:
            return subject[:room]
        kept = min(len(about), max(room - 1 - len(subject), (room - 1) // 2))
        remark = f"  … {self.lines} lines" + f", {all_key} shows all" * bool(all_key)
        remark = remark if self.size[0] > _LEAST_REMARK else f"  … {all_key}"
        return [*about[:kept], *subject[: room - 1 - kept], line(Span(remark, DIM))]


class _Frame(NamedTuple):
    """What stands around the subject and the answers."""

    above: list[Line]
    between: list[Line]
    below: list[Line]

    @property
    def height(self) -> int:
        return len(self.above) + len(self.between) + len(self.below)

    def within(self, room: int) -> _Frame:
        """What is left of it in so many rows: the keys go first, then the empty rows, the title last."""
        title = self.above[:-1]
        for frame in (self, self._replace(below=[]), _Frame(title, self.between, []), _Frame(title, [], [])):
            if frame.height <= room:
                return frame
        return _Frame([], [], [])
