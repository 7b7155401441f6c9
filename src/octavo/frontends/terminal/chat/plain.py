"""Events that are a cell by themselves, whatever came before (`docs/terminal-cells.md`, "Cells")."""

from __future__ import annotations

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.cells.patch import PatchCell, file_diffs, patch_failed
from octavo.frontends.terminal.cells.plan import PlanCell
from octavo.frontends.terminal.cells.tools import SearchCell, ViewedImage
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.protocol import events

PLAIN_EVENTS = (
    events.Warning,
    events.DeprecationNotice,
    events.PatchApplyBegin,
    events.PatchApplyEnd,
    events.WebSearchEnd,
    events.ViewImageToolCall,
    events.PlanUpdate,
    events.UndoCompleted,
)
"""Their types."""


def plain_cell(msg: events.Msg, facts: ChatFacts) -> Cell | None:
    """The cell of such an event; None where it shows nothing, as a patch that was applied."""
    match msg:
        case events.Warning():
            return notices.warning(msg.message)
        case events.DeprecationNotice():
            return notices.deprecation(msg.summary, msg.details if isinstance(msg.details, str) else "")
        case events.PatchApplyBegin():
            return PatchCell(file_diffs(msg.changes, facts.shown))
        case events.PatchApplyEnd():
            return None if msg.success else patch_failed(msg.stderr or msg.stdout)
        case events.WebSearchEnd():
            return SearchCell(msg.query)
        case events.ViewImageToolCall():
            return ViewedImage(facts.shown(msg.path))
        case events.PlanUpdate():
            return PlanCell(msg.explanation or "", msg.plan)
        case events.UndoCompleted():
            text = msg.message if isinstance(msg.message, str) else ""
            if msg.success:
                return notices.info(text or "The files are as they were before the last turn.")
            return notices.error(text or "Nothing was undone.")
    return None
