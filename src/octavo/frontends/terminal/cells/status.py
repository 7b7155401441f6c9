"""The card of `/status`: settings, tokens and limits (`docs/terminal-cells.md`, "/status")."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import msgspec

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.cells.header import card, title
from octavo.frontends.terminal.cells.limits import bar, reset_text, windows
from octavo.frontends.terminal.text.amounts import compact, context_left
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.directory import shortened
from octavo.frontends.terminal.text.styled import ACCENT, COMMAND, DIM, EMPTY, LINK, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line, width
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage, TokenUsageInfo

NO_MESSAGE_YET = "send a message to load usage data"
NO_LIMITS_KNOWN = "data not available yet"

_STALE = datetime.timedelta(minutes=15)
_USAGE_PAGE = "https://chatgpt.com/codex/settings/usage"


class StatusFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a session as they are shown.

    `reasoning` holds what is said of it behind the model, nothing where the model or the provider knows none;
    `directory` has `~` for the home folder; `agents` are the instruction files, relative to it; `account` is empty
    without a login, and `name` where the user gave none; `counts_tokens` is false where the plan does not count them;
    `window` is the model's.
    """

    version: str
    model: str
    reasoning: tuple[str, ...] = ()
    directory: str
    approval: str
    sandbox: str
    agents: tuple[str, ...] = ()
    account: str = ""
    session_id: str = ""
    name: str = ""
    counts_tokens: bool = True
    window: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Tokens and limits, as far as answers have told them; `limits_seen` is when the limits were told."""

    tokens: TokenUsageInfo | None = None
    limits: RateLimitSnapshot | None = None
    limits_seen: datetime.datetime | None = None
    is_answered: bool = False
    """Whether an answer brought usage in this session, or in what it resumed."""


class StatusCell(msgspec.Struct, frozen=True):
    """What `/status` shows at the moment `now`."""

    facts: StatusFacts
    usage: Usage
    now: datetime.datetime

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The command, and the card cut at this width."""
        echo = cut_line(line(Span("/status", COMMAND)), columns)
        return [echo, EMPTY, *card(self._rows(columns - 4), columns - 4)]

    transcript = scrollback

    def _rows(self, room: int) -> list[Line]:
        settings = list(self._settings())
        amounts = list(self._amounts())
        column = max(len(label) for label, _ in settings + amounts) + 5
        link = [
            line(Span("The limits of your account and what is left of them are shown at", ACCENT)),
            line(Span(_USAGE_PAGE, LINK)),
        ]
        rows = [line(" ", *title(self.facts.version).spans), EMPTY, *link, EMPTY]
        for label, values in settings:
            if label == "Directory":
                rows += _row(label, (shortened(values[0], room - column),), column, room)
                continue
            rows += _row(label, values, column, room)
        rows.append(EMPTY)
        for label, values in amounts:
            rows += _row(label, values, column, room)
        return rows

    def _settings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        facts = self.facts
        yield "Model", (facts.model, f"({', '.join(facts.reasoning)})") if facts.reasoning else (facts.model,)
        yield "Directory", (facts.directory,)
        yield "Approval", (facts.approval,)
        yield "Sandbox", (facts.sandbox,)
        yield "Agents.md", (", ".join(facts.agents) or "<none>",)
        if facts.account:
            yield "Account", (facts.account,)
        if facts.session_id:
            yield "Session", (facts.session_id,)
        if facts.name:
            yield "Name", (facts.name,)

    def _amounts(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        facts, tokens = self.facts, self.usage.tokens
        total = tokens.total_token_usage if tokens else TokenUsage()
        if facts.counts_tokens:
            fresh = max(total.input_tokens - total.cached_input_tokens, 0)
            parts = f" ({compact(fresh)} input + {compact(total.output_tokens)} output)"
            yield "Token usage", (f"{compact(total.blended)} total", parts)
        if facts.window is not None:
            used = tokens.last_token_usage.in_window if tokens else 0
            left = context_left(facts.window, used)
            yield "Context window", (f"{left}% left ({compact(used)} used / {compact(facts.window)})",)
        yield from self._limits()

    def _limits(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        usage = self.usage
        known = windows(usage.limits) if usage.limits else []
        if not known:
            yield "Limits", (NO_LIMITS_KNOWN if usage.is_answered else NO_MESSAGE_YET,)
            return
        seen = usage.limits_seen or self.now
        for name, window in known:
            resets = reset_text(window, seen)
            yield f"{name[0].upper()}{name[1:]} limit", (bar(window), resets) if resets else (bar(window),)
        if self.now - seen > _STALE:
            yield "Warning", ("the limits may be out of date; a new turn refreshes them",)


def account_text(email: str, plan: str, *, is_api_key: bool) -> str:
    """The account row for a stored login."""
    if is_api_key:
        return "an API key is in use"
    plan = plan[:1].upper() + plan[1:]
    if email and plan:
        return f"{email} ({plan})"
    return email or plan or "ChatGPT"


def _row(label: str, values: tuple[str, ...], column: int, room: int) -> list[Line]:
    """A row, or two where the second value does not fit behind the first."""
    head = Span(f" {label}:".ljust(column), DIM)
    first, *more = (one_line(value) if not value.startswith(" ") else " " + one_line(value) for value in values)
    whole = " ".join((first, *more))
    if more and label.endswith("limit") and column + width(whole) > room:
        return [line(head, first), line(" " * column, *more)]
    return [line(head, whole)]
