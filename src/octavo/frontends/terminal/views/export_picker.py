"""`/export`: in which form the conversation is kept, and the question before a file is overwritten.

`docs/terminal.md`, "Exporting".
"""

from __future__ import annotations

from octavo.frontends.terminal.effects.sessions import CopySession, ExportSession
from octavo.frontends.terminal.text.clean import visible_in_a_row
from octavo.frontends.terminal.text.styled import DIM, Span, line
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

_FORMS = (("Markdown", "md"), ("Plain text", "txt"), ("HTML", "html"), ("JSON", "json"))


def export_picker(session_id: str) -> SelectionList:
    """A file for each form, in the folder of the session, or the clipboard."""
    choices = [
        Choice(
            Option(name, f"session-{session_id[:8]}.{ending}"), (ExportSession(f"session-{session_id[:8]}.{ending}"),)
        )
        for name, ending in _FORMS
    ]
    choices.append(Choice(Option("Copy", "all of it as Markdown, to the clipboard"), (CopySession(),)))
    note = line(Span("/export FILE takes any other name; its ending tells the form.", DIM))
    return SelectionList("Export the conversation", choices, header=(note,))


def overwrite_question(effect: ExportSession, shown: str) -> SelectionList:
    """Asked before a file is overwritten."""
    yes = ExportSession(effect.file, overwrites=True)
    choices = (Choice(Option("No, leave it as it is"), back=True), Choice(Option("Yes, overwrite it"), (yes,)))
    return SelectionList(f"Overwrite {visible_in_a_row(shown)}?", choices, guarded=True)
