"""`/feedback`: what kind of report, whether files may go with it, and a note (`docs/terminal-views.md`, "Feedback")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from octavo.frontends.terminal.effects.screen import Info
from octavo.frontends.terminal.effects.shows import Classification, SendFeedback
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import Line, line
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList
from octavo.frontends.terminal.views.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect

_KINDS: tuple[tuple[str, Classification, str], ...] = (
    ("bug", "bug", "something is broken"),
    ("bad result", "bad_result", "it works, but the answer or the change is no good"),
    ("good result", "good_result", "worth keeping as it is"),
    ("other", "other", "anything else"),
)


def feedback_picker(files: Sequence[str]) -> SelectionList:
    """The kinds of reports; `files` are the names of what would be sent with one."""
    choices = [
        Choice(Option(name, description), opens=_consent_for(classification, files))
        for name, classification, description in _KINDS
    ]
    return SelectionList("What is it about?", choices)


def consent_question(classification: Classification, files: Sequence[str]) -> SelectionList:
    """May these files leave the machine? Without a yes nothing does."""
    choices = (
        Choice(Option("Yes, send them with my report"), opens=lambda: _note(classification)),
        Choice(Option("No, send nothing"), (Info("Nothing was sent."),)),
    )
    header: list[Line] = [line("These files would be sent:"), *(line(f"- {clean(name)}") for name in files)]
    return SelectionList("Send a report?", choices, header=header)


def _consent_for(classification: Classification, files: Sequence[str]) -> Callable[[], View]:
    return lambda: consent_question(classification, files)


def _note(classification: Classification) -> Note:
    def send(text: str) -> tuple[Effect, ...]:
        return (SendFeedback(classification, text.strip()),)

    return Note("Tell more about it, if you like", "optional; enter sends the report", send)
