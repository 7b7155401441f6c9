"""`/copy`: what is to be copied (`docs/terminal.md`, "Copying")."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.chat.copies import Unit
from octavo.frontends.terminal.effects.shows import CopyText
from octavo.frontends.terminal.text.clean import one_short_line
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

_LONGEST = 60


def copy_picker(units: Sequence[Unit]) -> SelectionList:
    """One row for each, with how it begins."""
    return SelectionList(
        "Copy", [Choice(Option(_name(unit), _begin(unit)), (CopyText(unit.text, unit.what),)) for unit in units]
    )


def _name(unit: Unit) -> str:
    count = unit.text.count("\n") + (not unit.text.endswith("\n"))
    return f"{unit.what[0].upper()}{unit.what[1:]} ({count} {'line' if count == 1 else 'lines'})"


def _begin(unit: Unit) -> str:
    return one_short_line(next((row for row in unit.text.split("\n") if row.strip()), ""), _LONGEST)
