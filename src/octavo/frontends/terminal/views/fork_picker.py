"""`/fork`: where the copy of the conversation ends (`docs/terminal.md`, "Sessions")."""

from __future__ import annotations

from octavo.frontends.terminal.effects.sessions import Backtrack, ForkSession
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import DIM, Span, line
from octavo.frontends.terminal.text.widths import cut
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

_LONGEST = 60
_MOST_BY_NUMBER = 8


def fork_picker(messages: tuple[str, ...]) -> SelectionList:
    """All of it, or what came before one of the user's messages, the newest first."""
    whole = Option("All of it", "go on here; the session as it is stays as well")
    choices = [Choice(whole, (ForkSession(),))]
    for place in range(len(messages) - 1, -1, -1):
        text = one_line(messages[place])
        option = Option(cut(text, _LONGEST - 1) + "…" if len(text) > _LONGEST else text or "(a picture)")
        choices.append(Choice(option, (Backtrack(messages, place),), search=text))
    note = line(Span("Up to the end, or up to a message, which is put into the draft again.", DIM))
    search = "type to search" if len(messages) > _MOST_BY_NUMBER else ""
    return SelectionList("Go on in a copy of this session", choices, header=(note,), search=search)
