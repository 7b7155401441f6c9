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


class Reply(NamedTuple):
    """An answer: its row, the letter that gives it, and what it leads to."""

    option: Option
    letter: str
    effect: Effect


class Question(View):
    """The question; its last reply is what Esc and Ctrl+C mean."""

    is_question = True

    def __init__(self, title: str, body: Sequence[Block], replies: Sequence[Reply], pager: Callable[[], View]) -> None:
        self._title, self._body, self._replies, self._pager = title, tuple(body), tuple(replies), pager
        self._quiet = Quiet()
        self._selected = self._top = 0
        self._typed: tuple[Key, float] | None = None
        self._body_rows: tuple[int, list[Line]] = (0, [])

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
        self._top, end = window(options, self._selected, self._top, height)
        answers = [row for option in options[self._top : end] for row in option]
        title = wrap(line(Span(self._title, BOLD)), width, line("  "), line("  "))
        hint = line(Span(f"  {HINT}", DIM))
        body = self._rows_of_body(width)
        room = height - len(answers)
        above, below = [*title, EMPTY], [EMPTY, hint]
        if room - len(above) - 1 - len(below) < min(len(body), _LEAST_BODY):
            below = []
        if room - len(above) - 1 < min(len(body), 2):
            above = title if room - len(title) >= 1 else []
            shown = _cut(body, room - len(above), width)
        else:
            shown = [*_cut(body, room - len(above) - 1 - len(below), width), EMPTY]
        rows = [*above, *shown, *answers, *below][: max(height, 0)]
        return [cut_line(row, width) for row in rows], None

    def _rows_of_body(self, width: int) -> list[Line]:
        if self._body_rows[0] != width:
            self._body_rows = (width, all_rows(self._body, width))
        return self._body_rows[1]


def _cut(body: list[Line], room: int, width: int) -> list[Line]:
    """As much as there is room for; where that is not all, the last row says so."""
    if len(body) <= room:
        return body
    if room <= 0:
        return []
    remark = f"  … {len(body)} lines, ctrl + a shows all"
    return [*body[: room - 1], line(Span(remark if width > 30 else "  … ctrl + a", DIM))]
