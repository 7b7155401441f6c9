"""Calls of MCP tools, web searches, viewed pictures (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from octavo.frontends.terminal.cells.cell import BRANCH, LEAD, TITLE, UNDER, Palette
from octavo.frontends.terminal.cells.command import BAD, GOOD
from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.styled import ACCENT, DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import graphemes, width
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.events import McpInvocation, McpOutcome

_MOST_ROWS = 5
"""Rows' worth of text that are shown of arguments, and of each part of a result."""

_PICTURES = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR")
"""How the base64 text of PNG, JPEG, GIF and WebP begins."""


class McpCell(msgspec.Struct, frozen=True):
    """One call, running while there is no outcome."""

    call: McpInvocation
    outcome: McpOutcome | None = None

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The call in one row where it fits, and the start of its arguments and of its result."""
        return self._rows(columns, palette, _MOST_ROWS)

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """The call and all of its result."""
        return self._rows(columns, palette, None)

    def _rows(self, columns: int, palette: Palette, most: int | None) -> list[Line]:
        outcome = self.outcome
        mark = palette.spinner if outcome is None else GOOD if _is_good(outcome) else BAD
        title = line(mark, " ", Span("Calling" if outcome is None else "Called", TITLE))
        call = _call(self.call, _most(columns, most))
        if width(title.text) + 1 + width(call.text) <= columns:
            rows, under = [line(*title.spans, " ", *call.spans)], BRANCH
        else:
            rows, under = wrap(line(), columns, title) + wrap(call, columns, BRANCH, UNDER), UNDER
        for text in _results(outcome) if outcome else ():
            for part in _limited(text, _most(columns, most)).split("\n"):
                rows += wrap(line(Span(part, DIM)), columns, under, UNDER)
                under = UNDER
        return rows


class ToolPicture(msgspec.Struct, frozen=True):
    """A tool answered with a picture, which only the model sees."""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """A remark."""
        return wrap(line("tool result (image output)"), columns)

    transcript = scrollback


class SearchCell(msgspec.Struct, frozen=True):
    """A web search that is done."""

    query: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The query."""
        return wrap(line(one_line(self.query)), columns, line("🌐 Searched: "), line("  "))

    transcript = scrollback


class ViewedImage(msgspec.Struct, frozen=True):
    """The model looked at a picture; `path` as it is shown."""

    path: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The path below a title."""
        title = wrap(line(Span("Viewed Image", TITLE)), columns, LEAD)
        return title + wrap(line(Span(one_line(self.path), DIM)), columns, BRANCH, UNDER)

    transcript = scrollback


def has_picture(outcome: McpOutcome) -> bool:
    """Whether the first part of the result is a picture."""
    content = outcome.ok.content if outcome.ok else ()
    first = content[0] if content else None
    return isinstance(first, Mapping) and first.get("type") == "image" and str(first.get("data")).startswith(_PICTURES)


def json_text(value: object) -> str:
    """A value in one line of JSON, lone surrogates and all."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        import json  # only for text that UTF-8 cannot hold

        return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def _call(call: McpInvocation, most: int | None) -> Line:
    arguments = "" if call.arguments is None else _limited(one_line(json_text(call.arguments)), most)
    return line(
        Span(one_line(call.server), ACCENT), ".", Span(one_line(call.tool), ACCENT), "(", Span(arguments, DIM), ")"
    )


def _is_good(outcome: McpOutcome) -> bool:
    return outcome.ok is not None and outcome.ok.is_error is not True


def _results(outcome: McpOutcome) -> Iterator[str]:
    if outcome.ok is None:
        yield clean(f"Error: {outcome.err or 'no answer'}")
        return
    yield from map(_part, outcome.ok.content)


def _part(part: Any) -> str:
    """One part of a result as text."""
    fields: Mapping[str, Any] = part if isinstance(part, Mapping) else {}
    match fields.get("type"):
        case "text":
            return _compact(str(fields.get("text", "")))
        case "image" | "audio" as kind:
            return f"<{kind} content>"
        case "resource":
            resource = fields.get("resource")
            uri = resource.get("uri", "") if isinstance(resource, Mapping) else ""
            return f"embedded resource: {one_line(str(uri))}"
        case "resource_link":
            return f"link: {one_line(str(fields.get('uri', '')))}"
    return one_line(json_text(part))


def _compact(text: str) -> str:
    """JSON in one line, so that it wraps like text; anything else as it is."""
    bare = text.strip()
    if bare[:1] in ("{", "["):
        try:
            return clean(msgspec.json.format(bare.encode(), indent=0).decode())
        except (msgspec.DecodeError, UnicodeEncodeError):
            pass
    return clean(text).strip("\n")


def _most(columns: int, rows: int | None) -> int | None:
    return None if rows is None else rows * max(columns - 4, 1)


def _limited(text: str, most: int | None) -> str:
    if most is None or len(text) <= most:
        return text
    shown = list(islice(graphemes(text), most + 1))
    return text if len(shown) <= most else "".join(shown[: most - 1]) + "…"
