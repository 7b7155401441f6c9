"""From the configuration to a session's settings, and from those to the frozen ones of one turn."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.config.config import Config
from octavo.engine.confinement import keep_programs_out
from octavo.model.settings import model_settings
from octavo.protocol.settings import SessionSettings
from octavo.tools.context import Tool, TurnContext
from octavo.tools.registry import toolbox, with_more_tools


def configured_settings(config: Config) -> SessionSettings:
    """The settings that a conversation starts with."""
    return SessionSettings(
        config.cwd,
        config.approval_policy,
        config.sandbox_policy,
        config.model,
        config.model_reasoning_effort,
        config.model_reasoning_summary,
        config.approvals_reviewer,
        config.service_tier,
        config.granular_approval,
    )


def turn_context(
    config: Config, settings: SessionSettings, turn_id: str, output_schema: Any = None, more: tuple[Tool, ...] = ()
) -> TurnContext:
    """What a turn with this id runs under, from now to its end. `more` are tools beside our own."""
    keep_programs_out(settings.sandbox_policy, settings.cwd, config.environ)
    model = model_settings(config, settings.model, settings.effort, settings.summary)
    if settings.service_tier is not None:
        model = msgspec.structs.replace(model, service_tier=settings.service_tier)
    tools = toolbox(config.features, model.family, config.web_search)
    return TurnContext(turn_id, config, settings, model, with_more_tools(tools, more) if more else tools, output_schema)
