"""Commands, tools, patches and plans in words (`docs/terminal.md`, "Without a screen")."""

from __future__ import annotations

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.cells.command import CommandCell, Ended
from octavo.frontends.terminal.cells.exploring import ExploringCell
from octavo.frontends.terminal.cells.output import Output
from octavo.frontends.terminal.cells.patch import DiffLine, FileDiff, PatchCell, PatchFailed
from octavo.frontends.terminal.cells.plan import PlanCell
from octavo.frontends.terminal.cells.tools import McpCell, ViewedImage
from octavo.frontends.terminal.text.ansi import ansi_lines, output_lines
from octavo.frontends.terminal.text.clean import one_line
from octavo.protocol.events import Duration

Call = CommandCell | ExploringCell | McpCell | PatchCell | PatchFailed | PlanCell | ViewedImage
CALLS = (CommandCell, ExploringCell, McpCell, PatchCell, PatchFailed, PlanCell, ViewedImage)
"""The cells that have words here."""

_WIDEST = 400
_LINE = "\n"
_STATES = {"completed": "Done", "in_progress": "Now", "pending": "To do"}


def call_words(cell: Call, *, whole: bool = False) -> list[str]:
    """The lines of a cell."""
    match cell:
        case CommandCell(script, ended):
            if ended is not None and _did_not_run(ended):
                return [f"Not run: {script.split(_LINE)[0]}", *_indented(_shown(ended.output))]
            return [*begun_words(script), *(ended_words(ended, whole=whole) if ended else ())]
        case ExploringCell():
            return _looks(cell, whole=whole)
        case McpCell():
            return _tool(cell, whole=whole)
        case PatchCell(files):
            return [line for file in files for line in _file(file)]
        case PatchFailed(output):
            return ["The patch could not be applied.", *_indented(_shown(output))]
        case PlanCell():
            return _plan(cell)
        case ViewedImage(path):
            return [f"The model looked at the picture {one_line(path)}."]


def begun_words(script: str) -> list[str]:
    """A command runs: its first line behind the word, the others below."""
    first, *others = script.split("\n")
    return [f"Running: {first}", *_indented(others)]


def tool_begun(cell: McpCell) -> str:
    """A tool is called."""
    return f"Calling {one_line(cell.call.server)}.{one_line(cell.call.tool)}."


def ended_words(ended: Ended, *, whole: bool = False) -> list[str]:
    """What the command said, and how it ended."""
    lines = [line.text for line in ansi_lines(output_lines(ended.kept))] if whole else _shown(ended.output)
    return [*_indented(lines or ["No output."]), _end(ended)]


def seconds_text(seconds: float) -> str:
    """A time in words."""
    if seconds < 60:
        shown = f"{seconds:.1f}".removesuffix(".0")
        return f"{shown} second{'' if shown == '1' else 's'}"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'} {rest} second{'' if rest == 1 else 's'}"


def _did_not_run(ended: Ended) -> bool:
    return ended.exit_code == -1 and ended.duration == Duration(0, 0)


def _end(ended: Ended) -> str:
    if ended.duration is None:
        return "Command stopped."
    if _did_not_run(ended):
        return "The command did not run."
    return f"Command finished, exit code {ended.exit_code}, {seconds_text(_seconds(ended.duration))}."


def _seconds(duration: Duration) -> float:
    return duration.secs + duration.nanos / 1e9


def _shown(output: Output) -> list[str]:
    """The ends of an output, and how much is left out between."""
    head = [line.text for line in ansi_lines(output.head)]
    middle = [f"({output.omitted} lines left out)"] if output.omitted else []
    return [*head, *middle, *(line.text for line in ansi_lines(output.tail))]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}".rstrip() for line in lines]


def _looks(cell: ExploringCell, *, whole: bool) -> list[str]:
    if whole:
        pairs = [(begun_words(look.script), look.ended) for look in cell.looks]
        return [line for begun, ended in pairs for line in (*begun, *(ended_words(ended, whole=True) if ended else ()))]
    _, *rows = cell.scrollback(_WIDEST, Palette())
    entries = "; ".join(" ".join(row.text.replace("└", " ").split()) for row in rows)
    return [f"{'Broken off, looked at' if cell.failed else 'Looked at'}: {entries}"]


def _tool(cell: McpCell, *, whole: bool) -> list[str]:
    rows = (cell.transcript if whole else cell.scrollback)(_WIDEST, Palette())
    first, *others = (row.text.replace("└", " ") for row in rows)
    said = first.partition(" ")[2]
    state = "" if cell.outcome is None or (cell.outcome.ok and cell.outcome.ok.is_error is not True) else " It failed."
    return [f"{said}.{state}", *(f"  {row.strip()}" for row in others)]


def _file(file: FileDiff) -> list[str]:
    added, deleted = file.counts
    counts = [
        f"{count} line{'' if count == 1 else 's'} {what}" for count, what in ((added, "added"), (deleted, "removed"))
    ]
    return [f"{file.verb} {file.name}, {', '.join(counts)}.", *map(_diff_line, file.lines)]


def _diff_line(entry: DiffLine) -> str:
    if entry.sign == "⋮":
        return "  further down:"
    return f"  {entry.number} {entry.sign} {entry.text}".rstrip()


def _plan(cell: PlanCell) -> list[str]:
    note = f" {one_line(cell.note)}" if cell.note else ""
    steps = [f"  {_STATES[step.status]}: {one_line(step.step)}" for step in cell.steps]
    return [f"Plan:{note}", *(steps or ["  No steps."])]
