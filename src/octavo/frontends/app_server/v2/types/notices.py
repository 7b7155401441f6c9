"""What goes wrong, and what the user should know."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.turns import TurnError


class ErrorNotice(Camel, frozen=True):
    """Something failed, for good or to be tried again."""

    thread_id: str
    turn_id: str
    error: TurnError
    will_retry: bool


class WarningNotice(Camel, frozen=True):
    """Something that the user should know."""

    message: str
    thread_id: str | None = None


class DeprecationNotice(Camel, frozen=True):
    """The configuration uses an old name."""

    summary: str
    details: str | None = None


class ConfigWarning(Camel, frozen=True):
    """The configuration says something that means nothing here, or that has to be known."""

    summary: str
    details: str | None = None
    path: str | None = None
    range: None = None


class ModelRerouted(Camel, frozen=True):
    """Another model answers than the one that was asked. Clients know one reason, and services tell none."""

    thread_id: str
    turn_id: str
    from_model: str
    to_model: str
    reason: Literal["highRiskCyberActivity"] = "highRiskCyberActivity"
