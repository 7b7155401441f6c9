"""What is asked of which model: the settings that a model call is built from (`docs/models.md`)."""

from __future__ import annotations

import msgspec

from octavo.config.config import Config
from octavo.config.providers import ModelProvider
from octavo.config.schema import DEFAULT_LOCAL_CONTEXT
from octavo.model.families import ModelFamily, family_of, unknown_family
from octavo.model.sizes import effective_window, sizes_of
from octavo.protocol.policy import ReasoningEffort, ReasoningSummary, Verbosity


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One model at one provider, and how it is to answer.

    `context_window` is the effective window in tokens, `auto_compact_limit` the fill
    at which to compact; None where they are not known. An unset effort or verbosity
    is left to the model. `show_raw_reasoning` lets raw reasoning of the chat wire pass.
    `service_tier` is told to the service as it is.
    """

    slug: str
    family: ModelFamily
    provider: ModelProvider
    effort: ReasoningEffort | None = None
    summary: ReasoningSummary = "auto"
    verbosity: Verbosity | None = None
    context_window: int | None = None
    auto_compact_limit: int | None = None
    max_output: int | None = None
    show_raw_reasoning: bool = False
    service_tier: str | None = None


def model_settings(
    config: Config, slug: str, effort: ReasoningEffort | None, summary: ReasoningSummary
) -> ModelSettings:
    """The settings for a model under a configuration. `slug` may differ from the configured model.

    The configured window counts only for a model whose sizes are not known; what the
    configuration tells of reasoning summaries, only for one without a family.
    """
    family = family_of(slug) or family_of(config.model) or _unknown_family(config)
    sizes = sizes_of(family.slug)
    window = sizes.window if sizes else config.model_context_window
    if window is None and config.model_provider_id == "embedded":
        window = config.local_model.context_size or DEFAULT_LOCAL_CONTEXT
    limit = config.model_auto_compact_token_limit
    return ModelSettings(
        slug=slug,
        family=family,
        provider=config.model_provider,
        effort=effort,
        summary=summary,
        verbosity=config.model_verbosity,
        context_window=None if window is None else effective_window(window),
        auto_compact_limit=limit if limit is not None else sizes.auto_compact_limit if sizes else None,
        max_output=config.model_max_output_tokens or (sizes.max_output if sizes else None),
        show_raw_reasoning=config.show_raw_agent_reasoning,
    )


def _unknown_family(config: Config) -> ModelFamily:
    return unknown_family(
        config.model,
        config.model_supports_reasoning_summaries or False,
        config.model_reasoning_summary_format or "none",
    )
