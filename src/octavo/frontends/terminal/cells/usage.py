"""What `/usage` shows: the tokens and the cost of this session and of the last days, and the limits.

`docs/terminal.md`, "Usage".
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.cells.limits import bar as limit_bar
from octavo.frontends.terminal.cells.limits import reset_text, windows
from octavo.frontends.terminal.cells.status import NO_LIMITS_KNOWN, NO_MESSAGE_YET, Usage
from octavo.frontends.terminal.text.amounts import compact
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, COMMAND, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.usage_sums import Sum, bar, shown_cost

_BAR_CELLS = 20
_LEAST_FOR_BARS = 60


class SessionUsageCell(msgspec.Struct, frozen=True):
    """This session, None where nothing is saved of it, and the limits as far as they are known at `now`."""

    session: Sum | None
    usage: Usage
    now: datetime.datetime

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The command and what is known at once."""
        rows = [line(Span("/usage", COMMAND)), EMPTY, line(Span("This session", BOLD))]
        one = self.session
        if one is None or not one.answers:
            rows.append(line("  ", Span("no answer yet", DIM)))
        else:
            answers = f"{one.answers:,} {'answer' if one.answers == 1 else 'answers'}"
            parts = f"{compact(one.input)} input, {one.cached_share:.0%} of it cached, {compact(one.output)} output"
            rows.append(line(f"  {compact(one.tokens)} tokens in {answers}", Span(f"  ({parts})", DIM)))
            if one.cost:
                rows.append(line(f"  {shown_cost(one)}"))
        return [cut_line(row, columns) for row in [*rows, EMPTY, *self._limits(columns)]]

    transcript = scrollback

    def _limits(self, columns: int) -> list[Line]:
        known = windows(self.usage.limits) if self.usage.limits else []
        if not known:
            why = NO_LIMITS_KNOWN if self.usage.is_answered else NO_MESSAGE_YET
            return wrap(line("Limits: ", Span(why, DIM)), columns, EMPTY, line("  "))
        seen = self.usage.limits_seen or self.now
        names = [f"{name[0].upper()}{name[1:]} limit:" for name, _ in known]
        room = max(map(len, names)) + 2
        return [
            line(name.ljust(room), limit_bar(window), Span(f" {reset_text(window, seen)}".rstrip(), DIM))
            for name, (_, window) in zip(names, known, strict=True)
        ]


class DaysCell(msgspec.Struct, frozen=True):
    """What all sessions took on the last days that have any, the newest first."""

    days: Sequence[tuple[str, Sum]]
    total: Sum

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """A bar for each day, where there is room."""
        rows = [line(Span("The last days, all sessions", BOLD))]
        most = max((one.tokens for _, one in self.days), default=1)
        sizes = _BAR_CELLS if columns >= _LEAST_FOR_BARS else 0
        for day, one in self.days:
            drawn = bar(one.tokens, most, sizes).ljust(sizes) if sizes else ""
            rows.append(
                line(f"  {day}  {compact(one.tokens):>6}  ", Span(drawn, ACCENT), f"  {self._cost(one)}".rstrip())
            )
        if not self.days:
            rows.append(line("  ", Span("nothing", DIM)))
        total = f"  {'Together':10}  {compact(self.total.tokens):>6}  {'':{sizes}}  {self._cost(self.total)}".rstrip()
        rows += [line(Span(total, BOLD))] if len(self.days) > 1 else []
        rows = [cut_line(row, columns) for row in rows]
        hint = "By model and project: octavo usage."
        if self.total.unpriced:
            unknown = " ? is what models without a price took." if self.total.cost else ""
            hint += f"{unknown} Prices are yours to give, as [prices] in config.toml."
        return [*rows, *wrap(line(Span(hint, DIM)), columns, line("  "), line("  "))]

    transcript = scrollback

    def _cost(self, one: Sum) -> str:
        """Nothing where no price is known at all: then nothing is to be told apart."""
        return shown_cost(one) if self.total.cost else ""
