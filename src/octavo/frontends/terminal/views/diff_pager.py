"""`/diff`: git's diff over the whole screen, in git's colours."""

from __future__ import annotations

from octavo.frontends.terminal.text.ansi import ansi_lines, output_lines
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.pager import Pager
from octavo.frontends.terminal.views.pager_document import Document

TITLE = "DIFF"


def diff_pager(text: str) -> Pager:
    """The pager; lines are laid out when they come into view, since a diff may have very many."""
    lines = output_lines(text)

    def rows(index: int, width: int) -> list[Line]:
        # git ends its colours with each line, so that a line can be read by itself.
        return [row for styled in ansi_lines([lines[index]]) for row in wrap(styled, width, words=False)]

    return Pager(TITLE, Document(lambda: len(lines), rows))
