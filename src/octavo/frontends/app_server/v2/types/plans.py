"""The agent's plan."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel


class PlanStep(Camel, frozen=True):
    """A step of the agent's plan."""

    step: str
    status: Literal["pending", "inProgress", "completed"]


class PlanUpdated(Camel, frozen=True):
    """The agent's plan, whole."""

    thread_id: str
    turn_id: str
    plan: tuple[PlanStep, ...]
    explanation: str | None
