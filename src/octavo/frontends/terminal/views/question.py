"""A question of the agent: what it wants to do, whole, and the answers (`docs/terminal-views.md`, "Questions").

No key that was typed before the question had stood for 350 ms answers it; such keys go to the draft, but for Enter,
which does nothing, and Esc and Ctrl+C, which interrupt as they did before the question came. Characters that come
as quickly as those of a paste answer nothing either. What is shown is what runs: characters that would change how
the text reads are made visible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from octavo.frontends.terminal.effects import Effect, Interrupt, OpenPager, ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.blocks import Block, all_rows
from octavo.frontends.terminal.views.option_rows import Option, option_rows, window
from octavo.frontends.terminal.views.quiet import Quiet
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_cancel, is_ctrl, is_named, typed

HINT = "enter to confirm, esc to cancel"
BURST_SECONDS = 0.01
"""Nobody types two characters within this time."""

_LEAST_BODY = 6
_LEAST_SUBJECT = 3
_LEAST_REMARK = 36


class Reply(NamedTuple):
    """An answer: its row, the letter that gives it, and what it leads to."""

    option: Option
    letter: str
    effect: Effect


class Question(View):
    """The question: `about` stands above `subject`, which is what the answer lets happen. `pager` shows both whole.

    The last reply is what Esc and Ctrl+C mean.
    """

    is_question = True

    def __init__(
        self,
        title: str,
        about: Sequence[Block],
        subject: Sequence[Block],
        replies: Sequence[Reply],
        pager: Callable[[], View],
    ) -> None:
        self._title, self._replies, self._pager = title, tuple(replies), pager
        self._about, self._subject = tuple(about), tuple(subject)
        self._quiet = Quiet()
        self._selected = self._top = 0
        self._typed: tuple[Key, float] | None = None
        self._laid_out: tuple[int, list[Line], list[Line]] = (0, [], [])

    def appear(self, now: float) -> None:
        """It is seen from now on."""
        self._quiet.appear(now)
        self._typed = None

    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._typed[1] + BURST_SECONDS if self._typed else None

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        if self._typed is None or now < self._typed[1] + BURST_SECONDS:
            return STAY
        key, self._typed = self._typed[0], None
        return self._reply_to(typed(key))

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if self._typed is not None:
            return self._after_a_character(event, now)
        if is_cancel(event):
            return Outcome((Interrupt(),)) if self._quiet.holds(now) else self._reply(len(self._replies) - 1)
        if self._quiet.holds(now):
            return STAY if is_named(event, "enter") else Outcome((ToDraft(event),))
        return STAY if isinstance(event, Paste) else self._key(event, now)

    def _after_a_character(self, event: Key | Paste, now: float) -> Outcome:
        """Something came behind a character that could be an answer."""
        answer = self.tick(now)
        if answer.then != "stay":
            return Outcome((*answer.effects, ToDraft(event)), answer.then)
        first, self._typed = self._typed, None
        self._quiet.appear(now)
        assert first is not None  # a tick that stays leaves it  # noqa: S101
        later = self.handle(event, now)
        return Outcome((ToDraft(first[0]), *later.effects), later.then)

    def _key(self, key: Key, now: float) -> Outcome:
        if is_named(key, "up", "down"):
            self._selected = (self._selected + (1 if key.name == "down" else -1)) % len(self._replies)
        elif is_named(key, "enter"):
            return self._reply(self._selected)
        elif is_ctrl(key, "a"):
            return Outcome((OpenPager(self._pager()),))
        elif self._reply_to(typed(key)) is not STAY:
            self._typed = (key, now)
        return STAY

    def _reply_to(self, character: str) -> Outcome:
        for index, reply in enumerate(self._replies):
            if character and character.lower() in (reply.letter, str(index + 1)):
                return self._reply(index)
        return STAY

    def _reply(self, index: int) -> Outcome:
        return Outcome((self._replies[index].effect,), "close")

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        options = option_rows([reply.option for reply in self._replies], self._selected, width, numbered=True)
        self._top, end = window(options, self._selected, self._top, max(height - _LEAST_SUBJECT, 1))
        answers = [row for option in options[self._top : end] for row in option]
        title = wrap(line(Span(self._title, BOLD)), width, line("  "), line("  "))
        about, subject = self._rows_of_body(width)
        wanted = min(len(about) + len(subject), _LEAST_BODY)
        frame = _Frame([*title, EMPTY], [EMPTY], [EMPTY, line(Span(f"  {HINT}", DIM))])
        frame = frame.within(height - len(answers) - wanted)
        body = _cut(about, subject, max(height - len(answers) - frame.height, 0), width)
        rows = [*frame.above, *body, *frame.between, *answers, *frame.below][: max(height, 0)]
        return [cut_line(row, width) for row in rows], None

    def _rows_of_body(self, width: int) -> tuple[list[Line], list[Line]]:
        if self._laid_out[0] != width:
            self._laid_out = (width, all_rows(self._about, width), all_rows(self._subject, width))
        return self._laid_out[1:]


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


def _cut(about: list[Line], subject: list[Line], room: int, width: int) -> list[Line]:
    """As much as there is room for, half of it for the subject; where that is not all, the last row says so."""
    count = len(about) + len(subject)
    if count <= room:
        return [*about, *subject]
    if room <= 1:
        return subject[:room]
    kept = min(len(about), max(room - 1 - len(subject), (room - 1) // 2))
    remark = f"  … {count} lines, ctrl + a shows all" if width > _LEAST_REMARK else "  … ctrl + a"
    return [*about[:kept], *subject[: room - 1 - kept], line(Span(remark, DIM))]
