"""From the configuration to a session's settings, and from those to the frozen ones of one turn."""

from __future__ import annotations

from typing import Any

from octavo.config.config import Config
from octavo.engine.confinement import keep_programs_out
from octavo.model.settings import model_settings
from octavo.protocol.settings import SessionSettings
from octavo.tools.context import TurnContext
from octavo.tools.registry import toolbox


def configured_settings(config: Config) -> SessionSettings:
    """The settings that a conversation starts with."""
    return SessionSettings(
        config.cwd,
        config.approval_policy,
        config.sandbox_policy,
        config.model,
        config.model_reasoning_effort,
        config.model_reasoning_summary,
    )


def turn_context(config: Config, settings: SessionSettings, turn_id: str, output_schema: Any = None) -> TurnContext:
    """What a turn with this id runs under, from now to its end."""
    keep_programs_out(settings.sandbox_policy, settings.cwd, config.environ)
    model = model_settings(config, settings.model, settings.effort, settings.summary)
    return TurnContext(turn_id, config, settings, model, toolbox(config.features, model.family), output_schema)
