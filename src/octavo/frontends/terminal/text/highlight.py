"""Shell scripts, lightly highlighted: strings, operators and comments are dim, unless the theme has more.

See `docs/terminal-cells.md`, "Commands".
"""

from __future__ import annotations

import functools
import re

from octavo.frontends.terminal.text.styled import PLAIN, Line, Span, Style

_LOOKS = {
    "string": Style(roles=("string", "dim")),
    "comment": Style(roles=("comment", "dim")),
    "operator": Style(roles=("operator", "dim")),
}


def shell_lines(script: str) -> list[Line]:
    """The lines of a script, which is printable text. A string or a document within it may reach over lines."""
    lines: list[list[Span]] = [[]]

    def add(text: str, style: Style) -> None:
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Span(part, style))

    at, documents = 0, []
    while match := _token().match(script, at):
        text = match.group()
        at = match.end()
        add(text, _LOOKS.get(match.lastgroup or "", PLAIN))
        if match.lastgroup == "document":
            documents.append(match["word"])
        elif text == "\n" and documents:
            end = _end_of(documents, script, at)
            add(script[at:end], PLAIN)
            at, documents = end, []
    return [Line(tuple(spans)) for spans in lines]


def _end_of(documents: list[str], script: str, at: int) -> int:
    """Where the documents that begin on a line end."""
    for word in documents:
        match = re.compile(rf"^\t*{re.escape(word)}$", re.MULTILINE).search(script, at)
        if not match:
            return len(script)
        at = match.end()
    return at


@functools.cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"""(?P<string>'[^']*'?|"(?:\\.|[^"\\])*"?)|(?P<comment>(?:(?<=[\s;|&()])|\A)\#[^\n]*)"""
        r"""|(?P<document><<-?\s*(?P<quote>['"]?)(?P<word>\w+)(?P=quote))"""
        r"""|(?P<operator>[|&;<>()]+)"""
        r"""|\n|\\.|[^'"\\|&;<>()\n\#]+|.""",
        re.DOTALL,
    )
