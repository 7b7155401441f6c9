"""One of each kind of cell, view and live row: whatever the interface paints."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from octavo.commands.rules import Rule
from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.agent import AgentMessage, Thought, WorkedRule
from octavo.frontends.terminal.cells.cell import Cell, Palette
from octavo.frontends.terminal.cells.cleared import ClearedCell
from octavo.frontends.terminal.cells.command import CommandCell, Ended
from octavo.frontends.terminal.cells.exploring import ExploringCell, Look
from octavo.frontends.terminal.cells.header import HeaderCell, ModelChanged
from octavo.frontends.terminal.cells.output import limited
from octavo.frontends.terminal.cells.patch import PatchCell, file_diffs, patch_failed
from octavo.frontends.terminal.cells.plan import PlanCell
from octavo.frontends.terminal.cells.servers import ServersCell
from octavo.frontends.terminal.cells.status import StatusCell, StatusFacts, Usage
from octavo.frontends.terminal.cells.tools import McpCell, SearchCell, ToolPicture, ViewedImage
from octavo.frontends.terminal.cells.update import UpdateCell
from octavo.frontends.terminal.cells.usage import DaysCell, SessionUsageCell
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.popup import Item, Popup, popup_rows
from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.text.ansi import ansi_lines
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.views.approvals_picker import approvals_picker, full_access_question
from octavo.frontends.terminal.views.diff_pager import diff_pager
from octavo.frontends.terminal.views.fork_picker import fork_picker
from octavo.frontends.terminal.views.help_pager import help_pager
from octavo.frontends.terminal.views.hooks_list import hook_question
from octavo.frontends.terminal.views.model_picker import model_picker
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.permissions_picker import ShownRule, removal_question
from octavo.frontends.terminal.views.resume_picker import ResumePicker
from octavo.frontends.terminal.views.saved_session import ReadSoFar, SavedSession
from octavo.frontends.terminal.views.skills_list import ShownSkill, skills_list
from octavo.frontends.terminal.views.view import View
from octavo.frontends.terminal.views.welcome import welcome_rows
from octavo.frontends.usage_sums import Sum
from octavo.protocol.changes import AddedFile, FileChange, UpdatedFile
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, SearchCommand
from octavo.protocol.events import Duration, McpInvocation, McpOutcome, McpToolResult, PlanStep
from octavo.tools.user_hooks.definitions import Hook

__all__ = ["ANSWER", "cells", "rows", "views"]

ANSWER = """# One
Some **bold**, *slanted*, ~~gone~~ and `code`, [a link](https://example.com/x), <https://example.com/auto>.

## Two
> quoted `code` **bold**

1. first
   - nested

```python
if 1: pass  # all of it
```
"""
SCRIPT = "cd /ws && grep -n 'a b' \"$FILE\" | head  # look\ncat <<EOF\nx\nEOF"
DIFF = "\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[36m@@ -1 +1 @@\x1b[m\n\x1b[31m-old\x1b[m\n\x1b[32m+new\x1b[m\n"


def cells() -> Iterator[Cell]:
    """All kinds of cells."""
    ended = Ended(0, limited("\x1b[31mred\x1b[m and dim\nplain\n3\n4\n5\n6\n7", 5), "told", Duration(1, 0))
    changes = {
        "/ws/a.py": FileChange(add=AddedFile("one\ntwo\n")),
        "/ws/b.py": FileChange(update=UpdatedFile("@@ -1,2 +1,2 @@\n same\n-old\n+new\n@@ -9 +9 @@\n-x\n+y\n")),
    }
    steps = (PlanStep("done", "completed"), PlanStep("now", "in_progress"), PlanStep("later", "pending"))
    yield HeaderCell("1", "gpt-5-codex", "high", "~/proj")
    yield ModelChanged("a", "b")
    yield UserCell("a message\nof two lines", 0, "12:00")
    yield UserCell("", 2)
    yield AgentMessage(ANSWER)
    yield Thought("**Thinking** about `it`", True)
    yield WorkedRule("3s")
    yield notices.info("an info", "a hint")
    yield notices.error("an error")
    yield notices.warning("a warning")
    yield notices.deprecation("old", "details")
    yield notices.Banner(">> Code review started <<")
    yield notices.Decision("once", "make test")
    yield notices.Decision("abort", "make\ntest")
    yield CommandCell(SCRIPT)
    yield CommandCell(SCRIPT, ended)
    yield CommandCell("false", ended._replace(exit_code=1))
    looks: tuple[ParsedCommand, ...] = (
        ReadCommand("cat a", "a", "a"),
        ListFilesCommand("ls", None),
        SearchCommand("rg x", "x", "src"),
    )
    yield ExploringCell(tuple(Look(str(at), "x", (look,), ended) for at, look in enumerate(looks)))
    yield ExploringCell((Look("1", "ls", (looks[1],)),), failed=True)
    yield PatchCell(file_diffs(changes, str))
    yield patch_failed("no such line")
    yield PlanCell("a note", steps)
    yield PlanCell("", ())
    yield ServersCell({})
    now = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    facts = StatusFacts(version="1", model="m", directory="~", approval="never", sandbox="read-only", session_id="x")
    yield StatusCell(facts, Usage(), now)
    took = Sum(2, 100, 50, 10, 0, 5, {"USD": 1.5})
    yield SessionUsageCell(took, Usage(), now)
    yield DaysCell((("2025-01-01", took),), took)
    yield ClearedCell()
    call = McpInvocation("server", "tool", {"a": 1})
    yield McpCell(call)
    yield McpCell(call, McpOutcome(ok=McpToolResult(({"type": "text", "text": "an answer"},))))
    yield McpCell(call, McpOutcome(err="broken"))
    yield ToolPicture()
    yield SearchCell("a query")
    yield ViewedImage("a.png")
    yield UpdateCell("1", "2", "pip install octavo", "https://example.com", "https://example.com/notes")


def views() -> Iterator[View]:
    """Views of most kinds."""
    yield approvals_picker("on-request", "workspace-write", full_access_known=False)
    yield full_access_question()
    yield model_picker("gpt-5-codex", "high")
    yield Note("A note", "Say something", lambda text: (Quit(),))
    yield help_pager()
    yield diff_pager(DIFF)
    picker = ResumePicker(lambda: 1e9, "/w")
    picker.add([SavedSession("/s", 1e9, None, "words", "/w", "id", "main")], ReadSoFar(1, waiting=("x",)))
    yield picker
    yield fork_picker(("one", "two"))
    yield removal_question(ShownRule("/r", Rule((("git",),)), "everywhere"))
    yield hook_question(Hook("Stop", None, "true", 1.0, "/w/hooks.json", "/w"), None, trusted=False)
    yield skills_list((ShownSkill("release", "How it is made", "/s/SKILL.md", enabled=False),), ("broken",), None)


def rows(columns: int = 80, palette: Palette | None = None) -> Iterator[Line]:
    """All that is painted, at this width."""
    palette = palette or Palette()
    for cell in cells():
        yield from cell.scrollback(columns, palette)
        yield from cell.transcript(columns, palette)
    for view in views():
        yield from view.rows(columns, 24)[0]
    yield from welcome_rows(columns, 24, 0, 0)
    yield from ansi_lines(["\x1b[32mgreen"])
    composer = Composer("/ws", example="an example")
    yield from pane_rows(Pane(composer, status=Status("Working", 3)), columns, 24)[0]
    for at, key in enumerate("/mo"):
        composer.handle(Key(key, text=key), float(at))
        composer.tick(at + 0.5)
    yield from pane_rows(Pane(composer), columns, 24)[0]
    yield from popup_rows(Popup((Item("one", (0,), "what"), Item("two"))), columns, 8)
    yield from popup_rows(Popup(), columns, 8)
