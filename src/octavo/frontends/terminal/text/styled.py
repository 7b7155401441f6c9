"""Styled text: what cells, composer and views are made of before the screen writes it.

What text is, its style says with roles; how a role looks, the theme decides when the row is written
(`themes/theme.py`, `docs/terminal.md`, "Themes"). Colours of its own has only text that brought them along, such as
the output of a command. A `Line` is one row's worth of text or a logical line that is still to be wrapped. It holds
no control characters: what comes from outside goes through `text/clean` first.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Color = int | tuple[int, int, int]
"""One of the terminal's colours: 0 to 7, their bright forms 8 to 15, the palette up to 255; or red, green and blue."""

BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE = range(8)
LIGHT_BLUE = 12

Role = Literal[
    "text",
    "dim",
    "accent",
    "user",
    "agent",
    "heading",
    "quote",
    "marker",
    "link",
    "selected",
    "command",
    "success",
    "error",
    "failed",
    "warning",
    "added",
    "removed",
    "code",
    "keyword",
    "string",
    "comment",
    "number",
    "operator",
]
"""What text may be."""


class Style(msgspec.Struct, frozen=True):
    """How text looks; `None` is the terminal's own colour. `link` is the address that it leads to, if any.

    `roles` say what it is, the first one first: a theme adds what belongs to them, below what is set here.
    """

    fg: Color | None = None
    bg: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    crossed: bool = False
    reverse: bool = False
    link: str = ""
    roles: tuple[Role, ...] = ()

    def over(self, base: Style) -> Style:
        """This style on top of `base`: colours that are set here win, attributes and roles add up."""
        return Style(
            base.fg if self.fg is None else self.fg,
            base.bg if self.bg is None else self.bg,
            self.bold or base.bold,
            self.dim or base.dim,
            self.italic or base.italic,
            self.underline or base.underline,
            self.crossed or base.crossed,
            self.reverse or base.reverse,
            self.link or base.link,
            _together(self.roles, base.roles),
        )


def _together(upper: tuple[Role, ...], lower: tuple[Role, ...]) -> tuple[Role, ...]:
    if not upper or not lower:
        return upper or lower
    return upper + tuple(role for role in lower if role not in upper)


PLAIN = Style()
BOLD = Style(bold=True)
ITALIC = Style(italic=True)

DIM = Style(roles=("dim",))
"""What stands behind the rest."""
ACCENT = Style(roles=("accent",))
"""Names, keys, and what is chosen."""
SELECTED = Style(roles=("selected",))
"""The chosen row of a list that has no other mark."""
COMMAND = Style(roles=("command",))
"""What was typed at a prompt."""
LINK = Style(underline=True, roles=("link",))
SUCCESS = Style(roles=("success",))
ERROR = Style(roles=("error",))
WARNING = Style(roles=("warning",))


class Span(msgspec.Struct, frozen=True):
    """Text of one style."""

    text: str
    style: Style = PLAIN


class Line(msgspec.Struct, frozen=True):
    """Spans in a row; `fill` is the style of the rest of the row, so that a background reaches its end."""

    spans: tuple[Span, ...] = ()
    fill: Style | None = None

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(span.text for span in self.spans)

    def styled(self, base: Style) -> Line:
        """The same line with `base` under each of its styles."""
        return Line(
            tuple(Span(span.text, base if span.style is PLAIN else span.style.over(base)) for span in self.spans),
            self.fill,
        )


def line(*parts: str | Span, fill: Style | None = None) -> Line:
    """A line of plain and styled parts; empty parts are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return Line(tuple(span for span in spans if span.text), fill)


EMPTY = Line()
