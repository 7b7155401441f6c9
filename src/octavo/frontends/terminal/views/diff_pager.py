"""`/diff`: git's diff over the whole screen; what git colours has the role that it has in other diffs."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from octavo.frontends.terminal.text.ansi import ansi_lines, output_lines
from octavo.frontends.terminal.text.styled import CYAN, GREEN, RED, Line, Role, Span, Style
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.pager import Pager
from octavo.frontends.terminal.views.pager_document import Document

TITLE = "DIFF"


def diff_pager(text: str) -> Pager:
    """The pager; lines are laid out when they come into view, since a diff may have very many."""
    lines = output_lines(text)

    def rows(index: int, width: int) -> list[Line]:
        # git ends its colours with each line, so that a line can be read by itself.
        return [row for styled in ansi_lines([lines[index]]) for row in wrap(_named(styled), width, words=False)]

    return Pager(TITLE, Document(lambda: len(lines), rows))


_ROLES: Mapping[object, Role] = {GREEN: "added", RED: "removed", CYAN: "accent"}


def _named(text: Line) -> Line:
    return Line(tuple(Span(span.text, _by_role(span.style)) for span in text.spans))


def _by_role(style: Style) -> Style:
    role = _ROLES.get(style.fg)
    return style if role is None else replace(style, fg=None, roles=(role,))
