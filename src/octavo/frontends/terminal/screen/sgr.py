"""Styled lines as bytes for one row of the terminal, each run of colour closed before the row ends."""

from __future__ import annotations

from octavo.frontends.terminal.screen.depth import ANSI, NONE, PALETTE, TRUE, palette_index
from octavo.frontends.terminal.text.styled import Color, Line, Style
from octavo.frontends.terminal.text.widths import cut_line, line_width
from octavo.frontends.terminal.themes.theme import TERMINAL, Theme, fitted

_MOST_STYLES = 1000
_RESET = "\x1b[m"
_TO_THE_END = "\x1b[K"


class Ink:
    """Writes lines for a terminal of so many colours; `links` says whether it knows addresses behind text."""

    def __init__(self, depth: int, *, links: bool = False, theme: Theme = TERMINAL) -> None:
        self.depth, self.links = depth, links
        self.wear(theme)

    def wear(self, theme: Theme) -> None:
        """Let roles look like this from now on."""
        self._theme = fitted(theme, self.depth)
        self._codes: dict[Style, str] = {}

    def row(self, line: Line, columns: int) -> str:
        """The line in a row of this width, the rest of the row empty or filled; what does not fit is cut."""
        taken = line_width(line)
        if taken > columns:
            line = cut_line(line, columns)
            taken = line_width(line)
        parts = []
        for span in line.spans:
            code = self._code(span.style)
            text = f"{code}{span.text}{_RESET}" if code else span.text
            parts.append(_linked(text, span.style.link) if self.links and span.style.link else text)
        if taken < columns:
            fill = self._code(line.fill) if line.fill is not None else ""
            parts.append(f"{fill}{_TO_THE_END}{_RESET}" if fill else _TO_THE_END)
        return "".join(parts)

    def _code(self, style: Style) -> str:
        code = self._codes.get(style)
        if code is None:
            if len(self._codes) > _MOST_STYLES:
                self._codes = {}
            code = self._codes[style] = _sequence(self._theme.look(style), self.depth)
        return code


def _linked(text: str, address: str) -> str:
    """The text with the address behind it. All rows of one address have one name, so that they are one link."""
    return f"\x1b]8;id={hash(address) & 0xFFFFFFFF:x};{address}\x1b\\{text}\x1b]8;;\x1b\\"


def _sequence(style: Style, depth: int) -> str:
    attributes = (
        ("1", style.bold), ("2", style.dim), ("3", style.italic), ("4", style.underline),
        ("7", style.reverse), ("9", style.crossed),
    )  # fmt: skip
    codes = [code for code, wanted in attributes if wanted]
    codes += _color(style.fg, depth, 30) + _color(style.bg, depth, 40)
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _color(color: Color | None, depth: int, base: int) -> list[str]:
    """`base` is 30 for the text, 40 for what is behind it."""
    if color is None or depth == NONE:
        return []
    if isinstance(color, tuple):
        if depth == TRUE:
            return [f"{base + 8};2;{color[0]};{color[1]};{color[2]}"]
        if depth < PALETTE:
            return []
        color = palette_index(*color)
    if color < 8:
        return [str(base + color)]
    if color < ANSI:
        return [str(base + 60 + color - 8)]
    return [f"{base + 8};5;{color}"] if depth >= PALETTE else []
