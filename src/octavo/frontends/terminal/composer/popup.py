"""The list under the composer: commands or files that fit what is being typed."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.composer.rows import shown
from octavo.frontends.terminal.text.styled import DIM, PLAIN, SELECTED, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line, fitting, graphemes, width

MOST_ROWS = 8
NO_MATCHES = "no matches"
LOADING = "loading..."
_REMARK = Style(italic=True, roles=("dim",))


class Item(msgspec.Struct, frozen=True):
    """A row: what is matched, the places of the letters that were found in it, and what it is for."""

    text: str
    places: tuple[int, ...] = ()
    description: str = ""


class Popup(msgspec.Struct, frozen=True):
    """The items, the selected one and the first one that is seen; `empty` stands where there are none.

    At most `most` rows of them are seen; `note` stands below.
    """

    items: tuple[Item, ...] = ()
    empty: str = NO_MATCHES
    selected: int = 0
    top: int = 0
    most: int = MOST_ROWS
    note: str = ""

    @property
    def chosen(self) -> Item | None:
        """The selected item."""
        return self.items[self.selected] if self.items else None


def moved(popup: Popup, by: int) -> Popup:
    """The selection further down or up, round the ends."""
    if not popup.items:
        return popup
    selected = (popup.selected + by) % len(popup.items)
    top = min(max(popup.top, selected - popup.most + 1), selected)
    return replace(popup, selected=selected, top=top)


def popup_rows(popup: Popup, width_: int, height: int) -> list[Line]:
    """At most `height` rows, the selected one among them."""
    if not popup.items:
        words = [popup.empty, popup.note] if popup.note else [popup.empty]
        return [cut_line(line("  ", Span(", ".join(words), _REMARK)), width_)][:height]
    count = min(popup.most, height)
    top = max(popup.top, popup.selected - count + 1)
    names = max(width(shown(item.text)) for item in popup.items)
    rows = [
        cut_line(_row(item, names, width_, SELECTED if index == popup.selected else None), width_)
        for index, item in list(enumerate(popup.items))[top : top + count]
    ]
    note = [cut_line(line("  ", Span(popup.note, _REMARK)), width_)] if popup.note else []
    return [*rows, *note][:height]


def _row(item: Item, names: int, columns: int, chosen: Style | None) -> Line:
    base = chosen or PLAIN
    found = set(item.places)
    spans = [Span("  ")]
    for index, grapheme in enumerate(graphemes(item.text)):
        style = replace(base, bold=index in found)
        if spans[-1].style == style and len(spans) > 1:
            spans[-1] = Span(spans[-1].text + shown(grapheme), style)
        else:
            spans.append(Span(shown(grapheme), style))
    if item.description:
        gap = " " * (names - width(shown(item.text)) + 2)
        about = fitting(shown(item.description), columns - names - 4)
        spans.append(Span(gap + about, chosen or DIM))
    return line(*spans)
