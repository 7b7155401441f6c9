"""The status line: what the user has chosen of what is known of the session, in the place of the footer.

Items stand in the order of the configuration. Where the row is too narrow those at its right go; none is ever cut but
the only one that is left, and what the user's own command says (`docs/terminal.md`, "Status line").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octavo.config.config import Config
from octavo.frontends.terminal.session_items import ITEMS, Around, Known, known_items, unknown_items
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, DIM, EMPTY, ERROR, PLAIN, WARNING, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line, line_width

TYPE_CHECKING = False  # the first frame has no conversation yet
if TYPE_CHECKING:
    from octavo.frontends.terminal.chat.chat import Chat
    from octavo.protocol import events

_INDENT = Span("  ")
_BETWEEN = Span(" · ", DIM)
_LITTLE_ROOM, _HARDLY_ROOM = 25, 10
_MUCH_USED, _NEARLY_USED = 75, 90
_LEAST_SAID = 12
"""Columns for which the words of the user's command are shown at all."""


class StatusLine:
    """The line as it goes with the session. `settings` tells the configuration of now.

    `said` is what the user's own command last printed; it stands behind the items.
    """

    def __init__(self, items: Sequence[str], settings: Callable[[], Config]) -> None:
        self.items, self.unknown = known_items(items), unknown_items(items)
        self.said = EMPTY
        self._around = Around(settings)

    def heard(self, msg: events.Msg) -> None:
        """An event of the conversation."""
        self._around.heard(msg)

    def look(self) -> None:
        """Look up what may have changed beside the conversation."""
        self._around.look()

    def known(self, chat: Chat | None, *, is_open: bool, is_asked: bool, now: float) -> Known:
        """What is known at this moment."""
        return Known(self._around, self._around.settings(), chat, is_open, is_asked, now)

    def row(self, known: Known, columns: int, *, help_key: str = "") -> Line:
        """The row; with `help_key` it ends with how to see the keys, where there is room."""
        tui = known.config.tui
        items = [part for name in self.items if (part := _part(name, known, colors=tui.status_line_use_colors))]
        row = line(_INDENT)
        for part in items:
            longer = _longer(row, part)
            if row.spans != (_INDENT,) and line_width(longer) > columns:
                return cut_line(row, columns)
            row = longer
        if self.said.spans and columns - line_width(row) >= _LEAST_SAID:
            row = _longer(row, self.said.spans)
        shown = _longer(row, (Span(f"{help_key} for shortcuts", DIM),)) if help_key else row
        return shown if line_width(shown) <= columns else cut_line(row, columns)


def _longer(row: Line, part: Sequence[Span]) -> Line:
    return Line((*row.spans, *part) if row.spans == (_INDENT,) else (*row.spans, _BETWEEN, *part))


def _part(name: str, known: Known, *, colors: bool) -> tuple[Span, ...]:
    """An item, nothing where it is not known."""
    if name in _LIMITS:
        window = known.limit(weekly=name == "weekly-limit")
        if window is None or window.used_percent < known.config.tui.status_line_limits_from:
            return ()
    text = one_line(ITEMS[name].text(known)).strip()
    return (Span(text, _style(name, known) if colors else DIM),) if text else ()


_LIMITS = ("five-hour-limit", "weekly-limit")
_STYLES: Mapping[str, Style] = {
    **dict.fromkeys(("model-with-reasoning", "model", "reasoning"), ACCENT),
    "git-branch": Style(roles=("quote",)),
    **dict.fromkeys(("current-dir", "project-name", "run-state", "task-progress", "thread-name"), PLAIN),
}


def _style(name: str, known: Known) -> Style:
    """What is about to run out, and what may do anything, stands out."""
    if name in _LIMITS and (window := known.limit(weekly=name == "weekly-limit")) is not None:
        used = window.used_percent
        return ERROR if used >= _NEARLY_USED else WARNING if used >= _MUCH_USED else DIM
    if name in ("context-remaining", "context-used"):
        left = known.context_left
        return ERROR if left <= _HARDLY_ROOM else WARNING if left <= _LITTLE_ROOM else DIM
    if name == "permissions" and ITEMS[name].text(known) == "Full access":
        return ERROR
    return _STYLES.get(name, DIM)
