"""What was said and done, in whole sentences: each finished block once, without marks that a reader would spell out.

Lines are not wrapped. What has no words of its own here comes as its rows, frames and marks taken off
(`docs/terminal.md`, "Without a screen").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from octavo.frontends.terminal.cells.agent import AgentMessage, Thought, WorkedRule, thought_body
from octavo.frontends.terminal.cells.cell import Cell, Palette
from octavo.frontends.terminal.cells.cleared import ClearedCell
from octavo.frontends.terminal.cells.header import HeaderCell, ModelChanged
from octavo.frontends.terminal.cells.notices import Banner, Decision, Notice
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.plain.calls import CALLS, call_words
from octavo.frontends.terminal.plain.prompt import UNDER
from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.markdown import render
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.text.wrapping import Flow

AGENT = "Octavo: "
USER = "> "

_WIDEST = 10_000
_MARKS = {"■ ": "Error: ", "⚠ ": "Warning: ", "✔ ": "", "✗ ": "", "• ": "", "🔌  ": "", "🌐 ": ""}
_FRAME = frozenset("╭╮╰╯─")
_HOW = {
    "once": "You approved, this once: ",
    "session": "You approved, for the whole session: ",
    "project": "You approved, and what begins like it in this project: ",
    "everywhere": "You approved, and what begins like it everywhere: ",
    "abort": "You cancelled the request to run: ",
}


def words(cell: Cell, *, whole: bool = False) -> list[str]:
    """The lines of a cell; with `whole`, as the transcript has it."""
    match cell:
        case UserCell(text, images):
            return user_lines(text, images)
        case AgentMessage(text):
            return agent_lines(flow_lines(render(text)))
        case Thought(text, is_printed):
            body = text.strip() if whole else thought_body(text) if is_printed else ""
            return [f"Thought: {line}" if not number else line for number, line in enumerate(flow_lines(render(body)))]
        case WorkedRule() | ClearedCell():
            return []
        case HeaderCell():
            return _header(cell)
        case ModelChanged(requested, used):
            return [f"The model is {used}, not {requested} as asked for."]
        case Notice():
            return _notice(cell, whole=whole)
        case Banner(text):
            return [one_line(text).strip("<> ") + "."]
        case Decision(answer, command):
            return [_HOW[answer] + one_line(command)]
    if isinstance(cell, CALLS):
        return call_words(cell, whole=whole)
    rows = plain_rows(cell.transcript(_WIDEST, Palette()) if whole else cell.scrollback(_WIDEST, Palette()))
    return rows if whole else _without_echo(rows)


def user_lines(text: str, images: int = 0) -> list[str]:
    """A message of the user's behind the sign that it was typed behind."""
    lines = clean(text).split("\n") if text else [f"{images} pictures" if images != 1 else "1 picture"]
    return [(UNDER if number else USER) + line for number, line in enumerate(lines)]


def agent_lines(lines: Sequence[str]) -> list[str]:
    """The lines of an answer behind the name of who gives it."""
    found = list(lines)
    while found and not found[0].strip():
        del found[0]
    return [AGENT + found[0].strip(), *found[1:]] if found else []


def flow_lines(flows: Iterable[Flow]) -> list[str]:
    """Logical lines of Markdown, whole."""
    return [f"{flow.first.text}{flow.text.text}".rstrip() for flow in flows]


def plain_rows(rows: Iterable[Line]) -> list[str]:
    """Rows as text: frames and marks are gone, what they say is said."""
    found = []
    for row in rows:
        text = row.text.rstrip()
        bare = text.strip()
        if bare and set(bare) <= _FRAME:
            continue
        if bare[:1] == "│" == bare[-1:]:
            text = bare[1:-1].strip()
        for mark, said in _MARKS.items():
            if text.lstrip().startswith(mark):
                text = said + text.lstrip()[len(mark) :]
        found.append(_without_bars(text.replace("└", " ").replace("│", " ")).rstrip())
    return found


def _without_echo(rows: list[str]) -> list[str]:
    """A command that was typed a line above is not said again."""
    typed = bool(rows) and rows[0].startswith("/") and " " not in rows[0]
    kept = rows[1:] if typed else rows
    while typed and kept and not kept[0]:
        kept = kept[1:]
    return kept


def _without_bars(text: str) -> str:
    """A share is said by its number, not by a bar before it."""
    if "█" not in text and "░" not in text:
        return text
    before, _, behind = text.partition("[")
    bar, end, rest = behind.partition("] ")
    return before + rest if end and set(bar) <= {"█", "░"} else text


def _header(cell: HeaderCell) -> list[str]:
    model = f"{cell.model} {cell.effort}".rstrip()
    return [
        f"Octavo {cell.version}. Model {model}, directory {cell.directory}.",
        "Describe a task and press Enter. /help has all keys and commands.",
    ]


def _notice(cell: Notice, *, whole: bool) -> list[str]:
    rows = plain_rows((cell.transcript if whole else cell.scrollback)(_WIDEST, Palette()))
    return [row.strip() if number == 0 else row for number, row in enumerate(rows)]
