"""The bottom pane: live block, status, waiting messages, composer, footer or popup, in the rows there are.

Where rows are missing, the live block gives way first, then the waiting messages and the blank rows, the status, the
footer, and last of all all but one row of the draft (`docs/terminal-composer.md`, "Layout").
"""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.drawing import Cursor, draft_rows, row_count
from octavo.frontends.terminal.composer.footer import footer_row, mode_row, search_row, shortcut_rows
from octavo.frontends.terminal.composer.status import Light, Status, status_row
from octavo.frontends.terminal.text.styled import EMPTY, Line, Style
from octavo.frontends.terminal.text.widths import cut_line

TYPE_CHECKING = False  # not for the first frame
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.history_search import HistorySearch


class Pane(msgspec.Struct, frozen=True):
    """What is drawn: the composer and what stands around it.

    `live` is the block that still changes, already in rows. `now` moves what is animated, None where nothing is.
    `fill` is the background of the composer, None for the terminal's own; `light` the colours for the status, None
    without true colour. What the user wants to see stands in `status_line`, in the place of the footer.
    """

    composer: Composer
    live: tuple[Line, ...] = ()
    status: Status | None = None
    context_left: int = 100
    enhanced: bool = False
    now: float | None = 0.0
    fill: Style | None = None
    light: Light | None = None
    status_line: Line | None = None


def pane_rows(pane: Pane, width: int, height: int) -> tuple[list[Line], Cursor]:
    """At most `height` rows of at most `width` columns, and where the cursor is in them."""
    composer = pane.composer
    status = [status_row(pane.status, pane.now, width, pane.light, _stop(composer))] if pane.status else []
    queue = _queue_rows(composer, width)
    shares = _shares(pane, len(status), len(queue), row_count(composer.editor.draft, width), width, max(height, 1))
    text, top, selected = composer.editor.draft, composer.top_row, composer.modes.selected
    draft, (row, column), composer.top_row = draft_rows(
        text, composer.example, width, shares.draft, top, pane.fill, selected
    )
    padding = Line((), pane.fill) if pane.fill else EMPTY
    above = [
        *[EMPTY] * shares.live_gap,
        *pane.live[len(pane.live) - shares.live :],
        *[EMPTY] * shares.top,
        *status[: shares.status],
        *(cut_line(line, width) for line in queue[len(queue) - shares.queue :]),
        *[EMPTY] * shares.gap,
        *[padding] * shares.padding_above,
    ]
    below = [*[padding] * shares.padding_below, *_under(pane, width, shares.under)]
    return [*above, *draft, *below], (len(above) + row, column)


class _Shares(msgspec.Struct, frozen=True):
    draft: int
    under: int
    status: int
    padding_above: int
    padding_below: int
    top: int
    gap: int
    queue: int
    live: int
    live_gap: int


def _shares(pane: Pane, status: int, queue: int, draft: int, width: int, height: int) -> _Shares:
    """Rows for each part: what matters most takes its own first."""
    left = height

    def take(wanted: int) -> int:
        nonlocal left
        taken = min(wanted, left)
        left -= taken
        return taken

    first = take(1)
    under = len(_under(pane, width, height))
    footer = take(1)
    few = take(min(draft - 1, 2))
    status = take(status)
    below, above, top = take(1), take(1), take(1)
    gap = take(1) if status or queue else 0
    popup = take(under - 1)
    queue = take(queue)
    rest = take(draft - 1 - few)
    live = min(len(pane.live), max(left - 1, 0))
    return _Shares(first + few + rest, footer + popup, status, above, below, top, gap, queue, live, int(live > 0))


def _queue_rows(composer: Composer, width: int) -> list[Line]:
    if not composer.waiting.told and not composer.waiting.queue:
        return []
    from octavo.frontends.terminal.composer.queue import queue_rows, told_rows  # not for the first frame

    return [*told_rows(composer.waiting.told, width), *queue_rows(composer.waiting.queue, width, composer.keys)]


def _under(pane: Pane, width: int, height: int) -> list[Line]:
    """The popup or the footer."""
    composer = pane.composer
    if composer.search:
        rows = [_search_row(composer, composer.search)]
    elif composer.completion:
        from octavo.frontends.terminal.composer.popup import popup_rows  # not for the first frame

        rows = popup_rows(composer.completion.popup, width, height)
    elif composer.shortcuts:
        rows = shortcut_rows(width, composer.keys, enhanced=pane.enhanced, primed=composer.hint == "backtrack")
    else:
        row = _footer(pane)
        if pane.status_line and not composer.hint:
            row = pane.status_line
        rows = [mode_row(composer.modes.shown, row) if composer.modes.shown else row]
    return [cut_line(line, width) for line in rows[:height]]


def _search_row(composer: Composer, search: HistorySearch) -> Line:
    busy = composer.busy or composer.beside
    return search_row(search.query, composer.keys, busy=busy, missed=search.missed)


def _footer(pane: Pane) -> Line:
    composer = pane.composer
    return footer_row(
        composer.hint, composer.keys, busy=composer.busy, empty=composer.empty, context_left=pane.context_left
    )


def _stop(composer: Composer) -> str:
    """The keys that interrupt the turn."""
    key = composer.keys.shown("chat.interrupt_turn")
    return "esc esc" if key == "esc" and not composer.modes.pass_escape else key  # the first one leads to commands
