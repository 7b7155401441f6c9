"""Addresses in a line, so that each row of it leads to the whole of them (`docs/terminal.md`, "Links")."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from msgspec.structs import replace

from octavo.frontends.terminal.text.styled import Line, Span

_LONGEST = 2000
"""Characters; terminals drop longer ones."""


def with_links(text: Line) -> Line:
    """The same line, in which each address knows where it leads, however it is broken into rows."""
    if not any("://" in span.text for span in text.spans):
        return text
    return Line(tuple(part for span in text.spans for part in _parts(span)), text.fill)


def is_address(text: str) -> bool:
    """Whether it may be handed to a terminal as an address."""
    return len(text) <= _LONGEST and _pattern().fullmatch(text) is not None


def _parts(span: Span) -> Iterator[Span]:
    if "://" not in span.text or span.style.link:
        yield span
        return
    place = 0
    for found in _pattern().finditer(span.text):
        address = _without_end(found[0])
        if len(address) > _LONGEST:
            continue
        if found.start() > place:
            yield Span(span.text[place : found.start()], span.style)
        yield Span(address, replace(span.style, link=address))
        place = found.start() + len(address)
    if place < len(span.text):
        yield Span(span.text[place:], span.style)


def _without_end(address: str) -> str:
    """Without the signs of the sentence behind it; a bracket stays where one was opened."""
    while address[-1] in ".,;:!?'*_" or (address[-1] == ")" and address.count(")") > address.count("(")):
        address = address[:-1]
    return address


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"https?://[!#-;=?-Z\]_a-z~\[]+")
