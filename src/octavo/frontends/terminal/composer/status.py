"""The row that says what the turn is doing and for how long, with a band of light that runs over it."""

from __future__ import annotations

import math

import msgspec

from octavo.frontends.terminal.text.amounts import clock
from octavo.frontends.terminal.text.styled import BOLD, DIM, PLAIN, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line, graphemes

SWEEP = 2.0
"""Seconds in which the band goes over the text."""
PADDING = 10
HALF_WIDTH = 5
BLINK = 0.6
FRAME = 0.032
"""Seconds until the row looks different."""

Rgb = tuple[int, int, int]


class Status(msgspec.Struct, frozen=True):
    """What runs, for how many seconds, whether Esc stops anything, and what."""

    header: str
    seconds: int
    interruptible: bool = True
    hint: str = "esc to interrupt"


class Light(msgspec.Struct, frozen=True):
    """The terminal's own colours, for a band that fades; None where it has no true colour."""

    foreground: Rgb = (128, 128, 128)
    background: Rgb = (255, 255, 255)


def status_row(status: Status, now: float | None, width: int, light: Light | None = None, stop: str = "esc") -> Line:
    """One row, cut at the width; `now` moves the band, None is for no band; `stop` names the keys that interrupt."""
    if now is None:
        spans = [Span(f"• {status.header}")]
    elif light:
        spans = _shimmer(f"• {status.header}", now, light)
    else:
        spans = [mark(now), Span(" "), *_shimmer(status.header, now, None)]
    hint = f" • {status.hint.replace('esc', stop, 1)}" * (status.interruptible and bool(stop))
    return cut_line(line(*spans, Span(f" ({clock(status.seconds)}{hint})", DIM)), width)


def mark(now: float | None, light: Light | None = None) -> Span:
    """What stands before something that runs: a point that fades, or two that change; None: one that does not."""
    if now is None:
        return Span("•")
    if light:
        return _shimmer("•", now, light)[0]
    return Span("•") if now % (2 * BLINK) < BLINK else Span("◦", DIM)


def _shimmer(text: str, now: float, light: Light | None) -> list[Span]:
    characters = list(graphemes(text))
    place = now % SWEEP / SWEEP * (len(characters) + 2 * PADDING)
    spans: list[Span] = []
    for index, character in enumerate(characters):
        style = _lit(abs(index + PADDING - place), light)
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + character, style)
        else:
            spans.append(Span(character, style))
    return spans


def _lit(distance: float, light: Light | None) -> Style:
    bright = 0.5 * (1 + math.cos(math.pi * distance / HALF_WIDTH)) if distance <= HALF_WIDTH else 0.0
    if light is None:
        return DIM if bright < 0.2 else PLAIN if bright < 0.6 else BOLD
    pairs = zip(light.background, light.foreground, strict=True)
    red, green, blue = (round(back * bright * 0.9 + fore * (1 - bright * 0.9)) for back, fore in pairs)
    return Style(fg=(red, green, blue), bold=True)
