"""What stands within a line of Markdown: emphasis, code, links (`docs/terminal-cells.md`, "Markdown").

`markdown-it-py` reads it, block rules aside. Pictures and HTML come out as their source.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from octavo.frontends.terminal.text.links import is_address
from octavo.frontends.terminal.text.styled import BOLD, ITALIC, LINK, PLAIN, Line, Span, Style, line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_CROSSED = Style(crossed=True)
_CODE = Style(roles=("code", "dim"))
_OPENS = {"strong_open": BOLD, "em_open": ITALIC, "s_open": _CROSSED}
_LONGEST = 8192
"""Characters in which marks are read; more are no prose, and reading them can take a time that grows faster."""

_CLOSES = ("strong_close", "em_close", "s_close")


def inline(text: str, base: Style = PLAIN) -> tuple[list[Line], bool]:
    """The styled lines of a piece of a paragraph, and whether all that was opened in it is closed.

    `text` may hold line breaks; a style may then reach over them. What is left open at the end could still be closed
    by a further line, and is shown as it stands.
    """
    if len(text) > _LONGEST or not _marks().search(text):
        return [Line((Span(part.strip(" "), base),)) for part in text.split("\n")], True
    tokens = _reader().parseInline(text)[0].children or []
    lines: list[list[Span]] = [[]]
    styles, address, shown = [base], "", ""
    is_closed = True
    for token in tokens:
        style = styles[-1]
        match token.type:
            case "text" | "html_inline" | "text_special":
                is_closed = is_closed and not (token.type == "text" and _opener().search(token.content))
                lines[-1].append(Span(token.content, style))
                shown += token.content
            case "code_inline":
                # A code span may reach over lines; the reader has made one blank of each break.
                lines[-1].append(Span(token.content, _CODE.over(style)))
                shown += token.content
            case "softbreak" | "hardbreak":
                lines.append([])
            case "link_open":
                address, shown = str(token.attrs.get("href", "")), ""
                if token.info == "auto":
                    styles.append(LINK.over(style))
                else:
                    styles.append(replace(style, link=address) if is_address(address) else style)
            case "link_close":
                styles.pop()
                lines[-1] += _address(token, address, shown, styles[-1])
            case kind if kind in _OPENS:
                styles.append(_OPENS[kind].over(style))
            case kind if kind in _CLOSES:
                styles.pop()
            case _:
                lines[-1].append(Span(token.content, style))
    return [line(*spans) for spans in lines], is_closed


def _address(token: Token, address: str, shown: str, base: Style) -> list[Span]:
    if token.info == "auto" or not address or address == shown:
        return []
    link = address if is_address(address) else ""
    return [Span(" (", base), Span(address, replace(LINK, link=link).over(base)), Span(")", base)]


@functools.cache
def _marks() -> re.Pattern[str]:
    return re.compile(r"[*_`\[<&\\~]")


@functools.cache
def _opener() -> re.Pattern[str]:
    """What may be the start of something that a later line closes."""
    return re.compile(r"`|\*\*?(?=\S)|(?<!\w)_(?=\S)|~~(?=\S)|\[[^\]]*$")


@functools.cache
def _reader() -> MarkdownIt:
    # It takes about 11 ms to import; most lines hold nothing that it is needed for.
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").enable("strikethrough")
    reader.inline.ruler.at("image", _picture)
    for name in ("normalizeLink", "normalizeLinkText"):
        setattr(reader, name, str)  # addresses as they were written
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return reader


def _picture(state: StateInline, silent: bool) -> bool:
    """A picture as its source: nothing else would say where it is."""
    from markdown_it.rules_inline import image

    start = state.pos
    if not image(state, silent):
        return False
    if not silent:
        state.tokens.pop()
        token = state.push("html_inline", "", 0)
        token.content = state.src[start : state.pos]
    return True
