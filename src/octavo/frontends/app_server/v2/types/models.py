"""Models that users can choose."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import Limit


class ModelListParams(Camel, frozen=True):
    """Which page of models."""

    cursor: str | None = None
    include_hidden: bool | None = None
    limit: Limit | None = None


class EffortOption(Camel, frozen=True):
    """An amount of reasoning."""

    reasoning_effort: str
    description: str


class Model(Camel, frozen=True, kw_only=True):
    """A model that users can choose."""

    id: str
    model: str
    display_name: str
    description: str
    hidden: bool
    is_default: bool
    default_reasoning_effort: str
    supported_reasoning_efforts: tuple[EffortOption, ...]
    input_modalities: tuple[Literal["text", "image"], ...] = ("text", "image")
    supports_personality: bool = False
    additional_speed_tiers: tuple[str, ...] = ()
    service_tiers: tuple[str, ...] = ()
    default_service_tier: str | None = None
    upgrade: str | None = None
    upgrade_info: None = None
    availability_nux: None = None


class ModelListResponse(Camel, frozen=True):
    """A page of models."""

    data: tuple[Model, ...]
    next_cursor: str | None = None
