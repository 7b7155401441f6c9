"""How blocks of Markdown begin, go on and are set off: quotes, lists, fences, HTML.

Everything here looks at one line alone. Lines come with their tabs expanded.

See `docs/terminal-cells.md`, "Markdown".
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from octavo.frontends.terminal.text.styled import PLAIN, Line, Span, Style, line

_LEVEL = 4
"""Columns by which a list is set off from the one that it is in."""


class Quote:
    """A block quote."""


class Item:
    """One item of a list.

    `content` is the source column at which what belongs to it begins, `follows` the item before it in the same list.
    """

    def __init__(self, content: int, marker: str, kind: str, number: int, level: int, follows: Item | None) -> None:
        self.content = content
        self.marker = marker
        self.kind = kind
        self.number = number
        self.level = level
        self.follows = follows
        self.is_marked = False


Container = Quote | Item


class Fence(NamedTuple):
    """Code between fences: their sign and length, the blanks before the first, and what is said of the code."""

    sign: str
    length: int
    indent: int
    info: str

    @classmethod
    def start(cls, text: str) -> Fence | None:
        """The fence that this line is, if it is one."""
        match = _fence().match(text)
        if not match or (match[2][0] == "`" and "`" in match[3]):
            return None
        return cls(match[2][0], len(match[2]), len(match[1]), match[3].strip(" "))

    def ends(self, text: str) -> bool:
        """Whether the line closes the code."""
        bare = text.strip(" ")
        return indent_of(text) < 4 and len(bare) >= self.length and not bare.strip(self.sign)

    def content(self, text: str) -> str:
        """A line of the code, without the blanks that the fence had before it."""
        return text[min(indent_of(text), self.indent) :]


class Html(NamedTuple):
    """A block of HTML: what ends it, None for a blank line."""

    until: str | None


def indent_of(text: str) -> int:
    """Blanks at the start."""
    return len(text) - len(text.lstrip(" "))


def quote_rest(text: str) -> str | None:
    """What stands behind the mark of a quote; None without one."""
    stripped = text.lstrip(" ")
    if not stripped.startswith(">") or len(text) - len(stripped) > 3:
        return None
    return stripped[1:].removeprefix(" ")


def is_rule(text: str) -> bool:
    """Whether the line is a rule: three or more of one sign and nothing else."""
    bare = text.replace(" ", "")
    return len(bare) >= 3 and bare[0] in "-*_" and not bare.strip(bare[0])


def item_start(text: str, sibling: object, level: int, *, interrupts: bool) -> Item | None:
    """The item that begins with this line, if one does; `sibling` is what stood open at its place.

    One that would interrupt a paragraph needs text, and the number 1 where it has a number.
    """
    match = _item().match(text)
    if not match:
        return None
    indent, sign, blanks, rest = match.groups()
    if interrupts and (not rest or (sign[:-1] and int(sign[:-1]) != 1)):
        return None
    width = len(indent) + len(sign)
    content = width + (len(blanks) if rest and len(blanks) <= 4 else 1)
    kind = sign[-1]
    follows = sibling if isinstance(sibling, Item) and sibling.kind == kind else None
    number = follows.number + 1 if follows else int(sign[:-1] or 0)
    marker = f"{number}. " if sign[:-1] else "- "
    return Item(content, marker, kind, number, level, follows)


def html_start(text: str, *, interrupts: bool) -> Html | None:
    """The block of HTML that begins with this line, if one does."""
    if not text.startswith("<"):
        return None
    lowered = text.lower()
    for start, end in (("<!--", "-->"), ("<?", "?>"), ("<![cdata[", "]]>")):
        if lowered.startswith(start):
            return Html(end)
    if match := _raw_html().match(lowered):
        return Html(f"</{match[1]}>")
    if _block_html().match(lowered):
        return Html(None)
    return Html(None) if not interrupts and _lone_tag().match(text) else None


def prefixes(path: tuple[Container, ...], *, blank: bool = False) -> tuple[Line, Line]:
    """What stands before the first row of a block in these containers, and before the others."""
    first: list[Span] = []
    rest: list[Span] = []
    column = 0  # since the last quote
    for container in path:
        if isinstance(container, Quote):
            first.append(_MARK)
            rest.append(_MARK)
            column = 0
            continue
        pad = max(_LEVEL * container.level - column, 0)
        first.append(Span(" " * pad))
        rest.append(Span(" " * (pad + len(container.marker))))
        if container.is_marked or blank:
            first.append(Span(" " * len(container.marker)))
        else:
            first.append(Span(container.marker, _NUMBER if container.marker[0].isdigit() else PLAIN))
        column += pad + len(container.marker)
    return line(*first), line(*rest)


_MARK = Span("> ", Style(roles=("quote",)))
_NUMBER = Style(roles=("marker",))


@functools.cache
def _fence() -> re.Pattern[str]:
    return re.compile(r"( {0,3})(`{3,}|~{3,})(.*)$")


@functools.cache
def _item() -> re.Pattern[str]:
    return re.compile(r"( {0,3})([-+*]|\d{1,9}[.)])(?:( +)(\S.*))? *$")


@functools.cache
def _raw_html() -> re.Pattern[str]:
    return re.compile(r"<(script|pre|style|textarea)(?=[\s>]|$)")


@functools.cache
def _block_html() -> re.Pattern[str]:
    names = (
        "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl "
        "dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend "
        "li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td "
        "tfoot th thead title tr track ul"
    )
    return re.compile(rf"</?(?:{names.replace(' ', '|')})(?=[\s>]|/>|$)")


@functools.cache
def _lone_tag() -> re.Pattern[str]:
    return re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s+[^<>]*)?/?>\s*$")
