"""The widest column of prose: who keeps to it, and who takes the whole width."""

from __future__ import annotations

import pytest

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.agent import AgentMessage, Thought
from octavo.frontends.terminal.cells.cell import Cell, Palette
from octavo.frontends.terminal.cells.patch import PatchCell, file_diffs
from octavo.frontends.terminal.cells.plan import PlanCell
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.chat.message import Message
from octavo.frontends.terminal.text.widths import line_width
from octavo.protocol.changes import AddedFile, FileChange
from octavo.protocol.events import PlanStep

WORDS = "word " * 60
LONG = "x" * 150


def widest(cell: Cell, prose: int = 100) -> int:
    palette = Palette(prose=prose)
    both = [cell.scrollback(200, palette), cell.transcript(200, palette)]
    assert both[0]
    return max(line_width(row) for rows in both for row in rows)


@pytest.mark.parametrize(
    "cell",
    [
        AgentMessage(WORDS),
        AgentMessage(f"# {WORDS}\n\n> {WORDS}\n\n1. {WORDS}\n   - {WORDS}"),
        Thought(f"**Head** {WORDS}", True),
        UserCell(WORDS),
        notices.error(WORDS),
        PlanCell(WORDS, (PlanStep(WORDS, "pending"),)),
    ],
)
def test_prose_keeps_to_its_widest_column_and_without_one_to_the_terminals(cell: Cell) -> None:
    assert 90 < widest(cell) <= 100
    assert 190 < widest(cell, 0) <= 200
    assert widest(cell, 1) <= 20, "nobody can want less"


@pytest.mark.parametrize(
    "cell",
    [
        AgentMessage(f"```\n{LONG}\n```"),
        AgentMessage(f"    {LONG}"),
        AgentMessage(f"| {LONG} | b |\n| --- | --- |"),
        AgentMessage(f"- item\n\n  ```\n  {LONG}\n  ```"),
        UserCell(f"look:\n    {LONG}"),
        PatchCell(file_diffs({"a": FileChange(add=AddedFile(LONG))}, str)),
    ],
)
def test_code_tables_and_diffs_take_the_whole_width(cell: Cell) -> None:
    assert widest(cell) > 150


def test_a_streamed_answer_is_the_same_as_a_whole_one() -> None:
    source, palette = f"{WORDS}\n\n```\n{LONG}\n```\n{WORDS}", Palette(prose=60)
    message = Message(0.0)
    for at in range(0, len(source), 7):
        message.add(source[at : at + 7], 0.0)
    cell = message.cell(message.rest(), set_off=False)
    assert cell.scrollback(200, palette) == AgentMessage(source).scrollback(200, palette)
