"""Each effect by its deed. The deeds stand on the agent, so they are not imported before the first is asked for."""

from __future__ import annotations

from octavo.frontends.terminal.interface import Interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect


def perform(interface: Interface, effect: Effect) -> None:
    """Do what composer, views and conversation ask for."""
    from octavo.frontends.terminal.deeds.table import DEEDS

    DEEDS[type(effect)](interface, effect)
