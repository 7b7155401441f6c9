"""Styled text: what cells, composer and views are made of before the screen writes it.

A `Line` is one row's worth of text or a logical line that is still to be wrapped. It holds no control characters:
what comes from outside goes through `text/clean` first.
"""

from __future__ import annotations

import msgspec

Color = int | tuple[int, int, int]
"""One of the terminal's colours: 0 to 7, their bright forms 8 to 15, the palette up to 255; or red, green and blue."""

BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE = range(8)
LIGHT_BLUE = 12


class Style(msgspec.Struct, frozen=True):
    """How text looks; `None` is the terminal's own colour. `link` is the address that it leads to, if any."""

    fg: Color | None = None
    bg: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    crossed: bool = False
    reverse: bool = False
    link: str = ""

    def over(self, base: Style) -> Style:
        """This style on top of `base`: colours that are set here win, attributes add up."""
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
        )


PLAIN = Style()
DIM = Style(dim=True)
BOLD = Style(bold=True)
ITALIC = Style(italic=True)


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
        return Line(tuple(Span(span.text, span.style.over(base)) for span in self.spans), self.fill)


def line(*parts: str | Span, fill: Style | None = None) -> Line:
    """A line of plain and styled parts; empty parts are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return Line(tuple(span for span in spans if span.text), fill)


EMPTY = Line()
