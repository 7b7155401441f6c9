"""What the agent says and thinks (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.cells.cell import INDENT, LEAD, Palette, prose_columns
from octavo.frontends.terminal.text.links import with_links
from octavo.frontends.terminal.text.markdown import render
from octavo.frontends.terminal.text.styled import DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import Flow

_ANSWER = Style(roles=("agent",))
_THOUGHT = Style(italic=True, roles=("dim",))


class AgentText(msgspec.Struct, frozen=True):
    """A piece of a message as it was streamed: lines that are sure; `begins` marks its first piece."""

    flows: tuple[Flow, ...]
    begins: bool
    continues: bool

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Wrapped to this width."""
        return _rows(self.flows, columns, palette, LEAD if self.begins else INDENT, _ANSWER)

    transcript = scrollback


class AgentMessage(msgspec.Struct, frozen=True):
    """A message that came whole. It is read when its rows are wanted: a long session is resumed at once."""

    text: str

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The same rows that its pieces would have given."""
        return _rows(render(self.text), columns, palette, LEAD, _ANSWER)

    transcript = scrollback


class Thought(msgspec.Struct, frozen=True):
    """A section of reasoning. Only what follows its bold heading is printed, and only where `is_printed`."""

    text: str
    is_printed: bool

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The text below the heading."""
        body = thought_body(self.text) if self.is_printed else ""
        return _thought_rows(body, columns, palette) if body else []

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """All of it."""
        return _thought_rows(self.text.strip(), columns, palette)


def _rows(flows: Iterable[Flow], columns: int, palette: Palette, lead: Line, style: Style) -> list[Line]:
    rows: list[Line] = []
    prose = prose_columns(columns, palette)
    for flow in flows:
        text = with_links(_by_words(flow) if palette.reads_code and flow.code[0] else flow.text).styled(style)
        room = prose if flow.is_prose else columns
        rows += replace(flow, text=text).rows(room, INDENT if rows else lead, INDENT)
    return rows


def _by_words(flow: Flow) -> Line:
    """A line of code, its words told apart."""
    from octavo.frontends.terminal.text.code import code_spans  # few themes ask for it

    return Line(tuple(part for span in flow.text.spans for part in code_spans(span.text, *flow.code, span.style)[0]))


def _thought_rows(text: str, columns: int, palette: Palette) -> list[Line]:
    return [row.styled(_THOUGHT) for row in _rows(render(text), columns, palette, line("• "), _THOUGHT)]


def thought_heading(text: str) -> str | None:
    """The first bold run of a text, once its end has come."""
    start = text.find("**")
    end = text.find("**", start + 2)
    heading = text[start + 2 : end].strip() if 0 <= start < end else ""
    return heading or None


def thought_body(text: str) -> str:
    """What follows the first bold run; nothing without one."""
    start = text.find("**")
    end = text.find("**", start + 2)
    return text[end + 2 :].strip() if 0 <= start < end else ""


class WorkedRule(msgspec.Struct, frozen=True):
    """Sets a message off from the work before it."""

    worked: str
    """As a clock shows it; empty when nobody knows."""

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """One row of the full width."""
        text = f"─ Worked for {self.worked} " if self.worked else ""
        return [cut_line(line(Span(text + "─" * max(columns - len(text), 0), DIM)), columns)]

    transcript = scrollback
