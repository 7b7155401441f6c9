"""From the session's settings to the frozen settings of one turn."""

from __future__ import annotations

from typing import Any

from octavo.engine.confinement import keep_programs_out
from octavo.engine.session import Session
from octavo.model.settings import model_settings
from octavo.tools.context import TurnContext
from octavo.tools.registry import toolbox


def turn_context(session: Session, turn_id: str, output_schema: Any = None) -> TurnContext:
    """The settings that a turn with this id runs under, from now to its end."""
    settings, config = session.settings, session.config
    keep_programs_out(settings.sandbox_policy, settings.cwd, config.environ)
    model = model_settings(config, settings.model, settings.effort, settings.summary)
    return TurnContext(
        turn_id,
        config,
        model,
        settings.cwd,
        settings.approval_policy,
        settings.sandbox_policy,
        toolbox(config.features, model.family),
        output_schema,
    )
