"""`/model`: which model answers, then how much it reasons (`docs/terminal-views.md`, "Pickers")."""

from __future__ import annotations

from octavo.frontends.terminal.effects.settings import ChooseModel
from octavo.frontends.terminal.text.styled import DIM, Span, line
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList
from octavo.model.presets import PRESETS, Effort, ModelPreset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.protocol.policy import ReasoningEffort

_OWN = "The model that your configuration names"
_HIGH_CODEX = "Plan limits are used up quickly at this level, for plans that have any"


def model_picker(model: str, effort: ReasoningEffort | None) -> SelectionList:
    """The models, that of now among them; choosing one opens the list of its efforts."""
    presets = list(PRESETS)
    if model not in {preset.model for preset in presets}:
        presets.insert(0, own_preset(model))
    choices = [_model_choice(preset, preset.model == model, effort) for preset in presets]
    subtitle = line(Span("For this session and those to come.", DIM))
    return SelectionList("Choose a model", choices, header=(subtitle,))


def effort_picker(preset: ModelPreset, current: ReasoningEffort | None, *, is_current_model: bool) -> SelectionList:
    """How much the model is to reason; without a choice of now, the model's default counts as that."""
    present = (current or preset.default_effort) if is_current_model else None
    choices = [
        Choice(_effort_option(preset, effort, effort.effort == present), (ChooseModel(preset.model, effort.effort),))
        for effort in preset.efforts
    ]
    return SelectionList(f"How much {preset.model} reasons", choices)


def own_preset(model: str) -> ModelPreset:
    """A model that is none of ours: all efforts are offered."""
    from octavo.model.presets import ALL_EFFORTS

    return ModelPreset(model, _OWN, ALL_EFFORTS, "medium")


def _model_choice(preset: ModelPreset, is_current: bool, effort: ReasoningEffort | None) -> Choice:
    option = Option(preset.model, preset.description, is_current=is_current)
    return Choice(option, opens=lambda: effort_picker(preset, effort, is_current_model=is_current))


def _effort_option(preset: ModelPreset, effort: Effort, is_current: bool) -> Option:
    name = effort.effort.capitalize()
    if effort.effort == preset.default_effort:
        name += " (default)"
    warning = f"{effort.description}. {_HIGH_CODEX}." if (preset.model, effort.effort) == _COSTLY else ""
    return Option(name, effort.description, warning, is_current)


_COSTLY = ("gpt-5-codex", "high")
