"""The models that users are offered by name, and how much each can reason (`docs/models.md`)."""

from __future__ import annotations

from typing import NamedTuple

from octavo.protocol.policy import ReasoningEffort


class Effort(NamedTuple):
    """An amount of reasoning, and what it is good for."""

    effort: ReasoningEffort
    description: str


class ModelPreset(NamedTuple):
    """A model; its efforts go from little to much."""

    model: str
    description: str
    efforts: tuple[Effort, ...]
    default_effort: ReasoningEffort


ALL_EFFORTS = (
    Effort("minimal", "Hardly any thought, the quickest answers"),
    Effort("low", "Little thought, quick answers"),
    Effort("medium", "Thinks as long as an ordinary task needs"),
    Effort("high", "Thinks long, for hard problems"),
)
PRESETS = (
    ModelPreset("gpt-5-codex", "Made for work on code with tools.", ALL_EFFORTS[1:], "medium"),
    ModelPreset("gpt-5", "A general model with broad knowledge.", ALL_EFFORTS, "medium"),
)
"""The first one is the default."""
