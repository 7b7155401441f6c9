"""Columns and grapheme clusters: the one width function that wrapping, cutting and cursors use (`docs/terminal.md`).

Text is printable (`text/clean`). Tables are loaded with the first character that needs them: Latin, Greek, Cyrillic,
lines, arrows and our own marks are known to be one column each.
"""

from __future__ import annotations

from collections.abc import Iterator

from octavo.frontends.terminal.text.styled import Line, Span

TYPE_CHECKING = False  # as `typing` has it, without importing it
if TYPE_CHECKING:
    import re

_NOT_SIMPLE = (
    "[^ -~\u00a1-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2325"
    "\u2500-\u25fc\u26a0\u2714\u2717\u2718\u2800-\u28ff]"
)
_compiled: list[re.Pattern[str]] = []
_WITHOUT_MARKS = dict.fromkeys(map(ord, "›·•…│─╭╮╰╯▂▄▆█✔"))
"""Without those of our own that first screens show: the pattern is compiled for what comes later."""


def _simple(text: str) -> bool:
    """Whether each code point is a cluster of its own, one column wide."""
    if text.isascii():
        return True
    if not _compiled:
        if text.translate(_WITHOUT_MARKS).isascii():
            return True
        import re

        _compiled.append(re.compile(_NOT_SIMPLE))
    return _compiled[0].search(text) is None


def width(text: str) -> int:
    """How many columns the text takes."""
    if _simple(text):
        return len(text)
    return sum(map(_cluster_width, graphemes(text)))


def graphemes(text: str) -> Iterator[str]:
    """The text in what a person takes for one character each."""
    if _simple(text):
        return iter(text)
    from wcwidth import iter_graphemes

    return iter_graphemes(text)


def cut(text: str, columns: int) -> str:
    """As much of the text's start as fits; a cluster is never halved."""
    if _simple(text):
        return text[: max(columns, 0)]
    at = 0
    for cluster in graphemes(text):
        columns -= _cluster_width(cluster)
        if columns < 0:
            break
        at += len(cluster)
    return text[:at]


def fitting(text: str, columns: int) -> str:
    """The text, with dots at its end where not all of it fits."""
    return text if width(text) <= columns else (cut(text, columns - 1).rstrip() + "…" if columns > 0 else "")


def cut_line(line: Line, columns: int) -> Line:
    """The line, cut to this width."""
    left = columns
    for index, span in enumerate(line.spans):
        taken = width(span.text)
        if taken > left:
            rest = cut(span.text, left)
            kept = (*line.spans[:index], Span(rest, span.style)) if rest else line.spans[:index]
            return Line(kept, line.fill)
        left -= taken
    return line


def line_width(line: Line) -> int:
    """How many columns the line's text takes."""
    return sum(width(span.text) for span in line.spans)


def _cluster_width(cluster: str) -> int:
    """Terminals give no cluster more than two columns."""
    if cluster.isascii():
        return len(cluster)
    from wcwidth import wcswidth

    columns: int = wcswidth(cluster)
    return min(max(columns, 0), 2)
