"""`/skills`: the skills that there are, to be used, and to be switched on and off (`docs/skills.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from octavo.frontends.terminal.effects.screen import InsertText
from octavo.frontends.terminal.effects.settings import SwitchSkill
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.frontends.terminal.text.styled import DIM, Span, line
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList


class ShownSkill(NamedTuple):
    """A skill: its name, what it is for, its file, and whether the model is told of it."""

    name: str
    description: str
    path: str
    enabled: bool


def skills_list(skills: Sequence[ShownSkill], problems: Sequence[str], home: str | None) -> SelectionList:
    """All of them, to be searched; what is broken is named above."""
    choices = [
        Choice(
            Option(f"{one_line(skill.name)}{'' if skill.enabled else ' (off)'}", one_line(skill.description)),
            opens=lambda skill=skill: skill_actions(skill, home),  # type: ignore[misc] # a value for each row
            search=skill.description,
        )
        for skill in skills
    ]
    header = [line(Span(one_line(problem), DIM)) for problem in problems]
    return SelectionList("Skills", choices, header=header, search="type to search")


def skill_actions(skill: ShownSkill, home: str | None) -> SelectionList:
    """Use it, or switch it."""
    choices: list[Choice] = []
    if skill.enabled:
        choices.append(
            Choice(Option("Use it", f"puts ${one_line(skill.name)} into the draft"), (InsertText(f"${skill.name} "),))
        )
    label = "Switch it off" if skill.enabled else "Switch it on"
    about = "the model is not told of it any more" if skill.enabled else "the model is told of it again"
    choices.append(Choice(Option(label, about), (SwitchSkill(skill.name, skill.path, not skill.enabled),)))
    header = (line(one_line(skill.description)), line(Span(one_line(with_tilde(skill.path, home)), DIM)))
    return SelectionList(f"The skill {one_line(skill.name)}", choices, header=header)
