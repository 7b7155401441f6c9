"""The output of commands as styled lines: colours and attributes are kept, every other control is harmless.

A carriage return starts a new state of its line, of which the last one stays, as a progress bar leaves it on a
screen (`docs/terminal-cells.md`, "Untrusted text").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import PLAIN, Color, Line, Span, Style

_ON = {"1": "bold", "2": "dim", "3": "italic", "4": "underline", "7": "reverse", "9": "crossed", "21": "underline"}
_OFF = {
    "22": ("bold", "dim"),
    "23": ("italic",),
    "24": ("underline",),
    "27": ("reverse",),
    "29": ("crossed",),
    "39": ("fg",),
    "49": ("bg",),
}


def output_lines(text: str) -> list[str]:
    """The lines of an output, line ends off; what stands after the last one is a line if it is not empty."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def ansi_lines(lines: Iterable[str], base: Style = PLAIN) -> Iterator[Line]:
    """Raw lines of an output as styled ones, with `base` under their own styles; a style lasts over line ends."""
    style = PLAIN
    for raw in lines:
        spans: list[Span] = []
        for part in _states(raw):
            spans = []
            for text, codes in _pieces(part):
                if text:
                    spans.append(Span(text, style.over(base)))
                if codes is not None:
                    style = _changed(style, codes)
        yield _tabs_expanded(spans)


def _states(raw: str) -> list[str]:
    """What a line showed one after the other; the last one with text is what stays."""
    states = raw.removesuffix("\r").split("\r")
    while len(states) > 1 and not states[-1]:
        states.pop()
    return states


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Cleaned text, each piece with the codes of the colour sequence behind it."""
    at = 0
    if "\x1b" in text or "\x9b" in text:
        for match in _colours().finditer(text):
            yield _clean(text[at : match.start()]), match[1] or match[2] or ""
            at = match.end()
    yield _clean(text[at:]), None


def _clean(text: str) -> str:
    # Tabs wait until the whole line is known, since the columns before them count.
    return "\t".join(clean(part).replace("\n", "") for part in text.split("\t"))


def _tabs_expanded(spans: list[Span]) -> Line:
    if not any("\t" in span.text for span in spans):
        return Line(tuple(spans))
    done: list[Span] = []
    column = 0
    for span in spans:
        expanded = (" " * column + span.text).expandtabs(_TAB)[column:]
        column += len(expanded)
        done.append(Span(expanded, span.style))
    return Line(tuple(span for span in done if span.text))


_TAB = 4


def _changed(style: Style, codes: str) -> Style:
    """The style after a colour sequence."""
    parts = iter(codes.split(";"))
    for part in parts:
        code, *rest = part.split(":")
        code = code.lstrip("0")
        if not code:
            style = PLAIN
        elif code in _ON:
            off = code == "4" and rest[:1] == ["0"]
            style = replace(style, **{_ON[code]: not off})
        elif code in _OFF:
            style = replace(style, **{name: getattr(PLAIN, name) for name in _OFF[code]})
        elif code in ("38", "48"):
            color = _extended(iter([item for item in rest if item]) if rest else parts)
            style = _coloured(style, code == "38", color) if color is not None else style
        elif code.isdecimal() and len(code) < 4:
            style = _basic(style, int(code))
    return style


def _basic(style: Style, code: int) -> Style:
    for first, is_text, bright in ((30, True, 0), (40, False, 0), (90, True, 8), (100, False, 8)):
        if first <= code < first + 8:
            return _coloured(style, is_text, code - first + bright)
    return style


def _coloured(style: Style, is_text: bool, color: Color) -> Style:
    return replace(style, fg=color) if is_text else replace(style, bg=color)


def _extended(parts: Iterator[str]) -> Color | None:
    kind = next(parts, "")
    count = {"5": 1, "2": 3}.get(kind, 0)
    numbers = [
        int(part) if part.isdecimal() and len(part) < 4 else 0 for _, part in zip(range(count), parts, strict=False)
    ]
    if count != len(numbers) or not numbers or max(numbers) > 255:
        return None
    return numbers[0] if kind == "5" else (numbers[0], numbers[1], numbers[2])


@functools.cache
def _colours() -> re.Pattern[str]:
    return re.compile(r"\x1b\[([0-9;:]*)m|\x9b([0-9;:]*)m")
