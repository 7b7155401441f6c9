"""What a client says to a turn that runs."""

from __future__ import annotations

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import InputPart


class TurnSteerParams(Camel, frozen=True):
    """More words for the turn that runs."""

    thread_id: str
    expected_turn_id: str
    input: tuple[InputPart, ...]


class TurnSteerResponse(Camel, frozen=True):
    """The turn that takes the words."""

    turn_id: str


class TurnInterruptParams(Camel, frozen=True):
    """Which turn is to end."""

    thread_id: str
    turn_id: str
