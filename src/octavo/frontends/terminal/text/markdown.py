"""Markdown as styled lines, line by line (`docs/terminal-cells.md`, "Markdown").

What a source line becomes never depends on the lines after it, so that streamed text can be printed as it comes and
is the same however it was cut; a line is read once, which makes the cost linear. Two things wait for later lines: one
that holds an opener without its end is held back while its paragraph goes on (a few lines at most), and blank rows
come with what follows them. What would re-shape printed lines (tables, underlined headings, references) is shown as
its source.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from msgspec.structs import replace

from octavo.frontends.terminal.text.blocks import (
    Container,
    Fence,
    Html,
    Item,
    Quote,
    html_start,
    indent_of,
    is_rule,
    item_start,
    prefixes,
    quote_rest,
)
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.inline import inline
from octavo.frontends.terminal.text.styled import EMPTY, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import Flow, joined

_MOST_HELD = 8
"""Lines that wait for the end of what was opened in the first of them."""

_DEEPEST = 16
"""Columns by which a row of code that goes on is set off at most: a drawing would leave it no room."""

_HEADINGS = (
    Style(bold=True, underline=True, roles=("heading",)),
    Style(bold=True, roles=("heading",)),
    Style(bold=True, italic=True, roles=("heading",)),
    *[Style(italic=True, roles=("heading",))] * 3,
)
_QUOTED = Style(roles=("quote",))
_CODE = Style(roles=("code",))

Kind = Literal["text", "heading", "code", "rule", "html", ""]


class Markdown:
    """Source lines in, styled lines out; `finish` gives what was held back."""

    def __init__(self) -> None:
        self._containers: list[Container] = []
        self._leaf: Literal["paragraph", "indented"] | Fence | Html | None = None
        self._held: list[str] = []  # lines of a paragraph with an opener that is not closed yet
        self._paragraph_is_shown = False
        self._shown_code: object = None  # the block of code that rows were given of
        self._open_code = ""  # what a line of code has left open
        self._blank = False  # whether a blank source line came since the last row
        self._blank_code = 0  # blank lines of code that are shown when more code follows
        self._last: tuple[Kind, tuple[Container, ...]] = ("", ())
        self._out: list[Flow] = []

    def feed(self, source: str) -> list[Flow]:
        """The lines that are sure after one more source line, given without its line break."""
        for part in clean(source.removesuffix("\r").expandtabs(4)).split("\n"):
            self._line(part)
        out, self._out = self._out, []
        return out

    def finish(self) -> list[Flow]:
        """The rest, at the end of the text."""
        self._close(0)
        out, self._out = self._out, []
        return out

    # --- containers --------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        rest, matched = self._match(text)
        if matched < len(self._containers) and self._leaf != "paragraph":
            self._leaf, self._blank_code = None, 0  # code ends with what it is in
        if isinstance(self._leaf, Fence | Html):
            self._verbatim(self._leaf, rest)
        elif not rest.strip(" "):
            self._blank_line(matched)
        else:
            self._block(rest, matched)

    def _match(self, text: str) -> tuple[str, int]:
        """What is left of the line behind the marks of the open containers, and how many of them go on."""
        for number, container in enumerate(self._containers):
            if isinstance(container, Quote):
                inner = quote_rest(text)
                if inner is None:
                    return text, number
                text = inner
            elif text.strip(" ") and indent_of(text) < container.content:
                return text, number
            else:
                text = text[container.content :]
        return text, len(self._containers)

    def _close(self, count: int) -> None:
        """Leave only the outer containers open. An item that had nothing in it shows its mark."""
        self._end_paragraph()
        self._leaf, self._blank_code = None, 0
        if any(isinstance(container, Item) and not container.is_marked for container in self._containers[count:]):
            self._emit("text", EMPTY)
        del self._containers[count:]

    def _blank_line(self, matched: int) -> None:
        self._end_paragraph()
        if matched < len(self._containers):
            self._close(matched)
        if self._leaf == "indented":
            self._blank_code += 1
        else:
            self._leaf = None
        self._blank = True

    # --- blocks --------------------------------------------------------------------------------

    def _block(self, text: str, matched: int) -> None:
        """Open what containers begin on this line, then hand the rest to a leaf."""
        goes_on = self._leaf == "paragraph"  # as long as nothing else begins, a line may be lazy
        if text[0].isalpha():  # which is how most lines begin, and nothing but a paragraph
            if not goes_on:
                self._close(matched)
            self._paragraph(text)
            return
        while indent_of(text) < 4:
            sibling = self._containers[matched] if matched < len(self._containers) else None
            inner = quote_rest(text)
            if inner is not None:
                self._open(matched, Quote())
                text = inner
            elif not is_rule(text) and (
                item := item_start(text, sibling, self._level(matched), interrupts=goes_on and sibling is None)
            ):
                self._open(matched, item)
                text = text[item.content :] if len(text) > item.content else ""
            else:
                break
            matched, goes_on = matched + 1, False
        if not text.strip(" "):
            self._blank = False
            return
        self._leaf_line(text, matched, goes_on)

    def _open(self, matched: int, container: Container) -> None:
        self._close(matched)
        self._containers.append(container)

    def _level(self, matched: int) -> int:
        """How many lists the place is in, up to the next quote outwards."""
        level = 0
        for container in reversed(self._containers[:matched]):
            if isinstance(container, Quote):
                break
            level += 1
        return level

    def _leaf_line(self, text: str, matched: int, goes_on: bool) -> None:
        if indent_of(text) >= 4 and not goes_on:
            self._indented(text[4:], matched)
            return
        stripped = text.strip(" ")
        if indent_of(text) < 4:
            heading = _heading().match(stripped)
            if heading:
                self._close(matched)
                style = _HEADINGS[len(heading[1]) - 1]
                words = inline(f"{heading[1]} {heading[2] or ''}".rstrip(), style)[0]
                self._emit("heading", words[0])
                return
            if is_rule(stripped):
                self._close(matched)
                self._emit("rule", line("———"))
                return
            if fence := Fence.start(text):
                self._close(matched)
                self._leaf, self._open_code = fence, ""
                return
            if html := html_start(stripped, interrupts=goes_on):
                self._close(matched)
                self._leaf = html
                self._verbatim(html, text)
                return
        if not goes_on:
            self._close(matched)
        self._paragraph(text)

    def _indented(self, text: str, matched: int) -> None:
        if self._leaf != "indented" or matched < len(self._containers):
            self._close(matched)
        self._leaf = "indented"
        self._code("    " + text)

    def _verbatim(self, leaf: Fence | Html, text: str) -> None:
        if isinstance(leaf, Fence):
            if leaf.ends(text):
                self._leaf, self._blank_code = None, 0
            elif text.strip(" "):
                self._code(leaf.content(text))
            else:
                self._blank_code += 1
            return
        if leaf.until is None and not text.strip(" "):
            self._leaf, self._blank = None, True
            return
        self._emit("html", line(text), goes_on=self._last == ("html", tuple(self._containers)) and not self._blank)
        if leaf.until is not None and leaf.until in text.lower():
            self._leaf = None

    def _code(self, text: str) -> None:
        more = self._last == ("code", tuple(self._containers)) and self._shown_code is self._leaf
        for _ in range(self._blank_code):
            self._emit("code", EMPTY, goes_on=more)
            more = True
        self._blank_code = 0
        self._emit("code", line(Span(text.rstrip(" "), _CODE)), goes_on=more)
        if 0 < indent_of(text) <= _DEEPEST:  # a row that goes on begins where its line does
            flow = self._out[-1]
            self._out[-1] = replace(flow, rest=joined(flow.rest, line(" " * indent_of(text))))
        if isinstance(self._leaf, Fence) and self._leaf.info:
            self._out[-1] = replace(self._out[-1], code=self._language(self._leaf.info, text))
        self._shown_code = self._leaf

    def _language(self, info: str, text: str) -> tuple[str, str]:
        """Which language a line of code is in, and what was open before it."""
        from octavo.frontends.terminal.text.code import language_of, state_after

        language, before = language_of(info), self._open_code
        self._open_code = state_after(text, language, before) if language else ""
        return language, before

    # --- paragraphs ------------------------------------------------------------------------------

    def _paragraph(self, text: str) -> None:
        self._held.append(text)
        if self._leaf != "paragraph":
            self._leaf = "paragraph"
            self._paragraph_is_shown = False
        if len(self._held) == 1 and _table_row().match(text):
            self._say([line(text.strip(" "))], is_prose=False)
            return
        lines, is_closed = inline(_source(self._held))
        is_closed = is_closed and not text.endswith("\\")  # which may be a hard break
        if is_closed or len(self._held) > _MOST_HELD:
            self._say(lines)

    def _end_paragraph(self) -> None:
        if self._held:
            self._say(inline(_source(self._held))[0])

    def _say(self, lines: list[Line], *, is_prose: bool = True) -> None:
        for words in lines:
            self._emit("text", words, goes_on=self._paragraph_is_shown, is_prose=is_prose)
            self._paragraph_is_shown = True
        self._held.clear()

    # --- rows ------------------------------------------------------------------------------------

    def _emit(self, kind: Kind, text: Line, *, goes_on: bool = False, is_prose: bool = True) -> None:
        path = tuple(self._containers)
        if not goes_on and self._needs_gap(kind, path):
            self._out.append(Flow(EMPTY, *prefixes(_common(path, self._last[1]), blank=True)))
        flow = _in_containers(text, path) if path else Flow(text)
        self._out.append(flow if is_prose and kind not in _WIDE else replace(flow, is_prose=False))
        self._last, self._blank = (kind, path), False

    def _needs_gap(self, kind: Kind, path: tuple[Container, ...]) -> bool:
        last_kind, last_path = self._last
        if not last_kind:
            return False
        if self._blank or kind in _APART or last_kind in _APART:
            fresh = next((c for c in path if isinstance(c, Item) and not c.is_marked), None)
            if not self._blank and fresh is not None and last_kind not in ("code", "rule"):
                return not _same_list(path, last_path)  # an item that begins with a heading stays in its list
            return True
        if path == last_path and {kind, last_kind} == {"text", "html"}:
            return False
        return not _same_list(path, last_path)


_WIDE = ("code", "html")
"""Blocks that take the whole width."""

_APART = ("heading", "code", "rule")
"""Blocks with a blank row on both sides."""


def _in_containers(text: Line, path: tuple[Container, ...]) -> Flow:
    """A line with the marks of what it stands in; a list item has its mark on its first line alone."""
    first, rest = prefixes(path)
    for container in path:
        if isinstance(container, Item):
            container.is_marked = True
        else:
            text = text.styled(_QUOTED)
    return Flow(text, first, rest)


def _same_list(path: tuple[Container, ...], last: tuple[Container, ...]) -> bool:
    """Whether the new block belongs to a list that the last one was in, or to a list right below it."""
    common = _common(path, last)
    behind, before = path[len(common) :], last[len(common) :]
    if not behind:
        return bool(before) and isinstance(before[0], Item) and bool(common)
    first = behind[0]
    if not isinstance(first, Item):
        return False
    if before:
        return isinstance(before[0], Item) and first.follows is before[0]
    return bool(common) and isinstance(common[-1], Item)


def _common(one: tuple[Container, ...], other: tuple[Container, ...]) -> tuple[Container, ...]:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine is not theirs:
            break
        count += 1
    return one[:count]


def _source(held: list[str]) -> str:
    """Lines of a paragraph as the inline reader takes them; a hard break is a line break like any other."""
    return "\n".join(part.strip(" ").removesuffix("\\") if part is not held[-1] else part.strip(" ") for part in held)


def render(text: str) -> list[Flow]:
    """A whole text as it would have come line by line."""
    markdown = Markdown()
    flows = [flow for source in text.removesuffix("\n").split("\n") for flow in markdown.feed(source)]
    return flows + markdown.finish()


@functools.cache
def _heading() -> re.Pattern[str]:
    return re.compile(r"(#{1,6})(?: +(.*?))?(?: +#+)? *$")


@functools.cache
def _table_row() -> re.Pattern[str]:
    return re.compile(r" *\|.*\| *$")
