"""Telemetry as the user configured it, for whoever starts conversations."""

from __future__ import annotations

import atexit
from collections.abc import Callable

import msgspec

from octavo.config.config import Config
from octavo.telemetry.common import Login
from octavo.telemetry.conversation import Telling, ToldConversation
from octavo.telemetry.exporters.build import OtelDoor, open_door
from octavo.tools.telemetry import ConversationStart


class Attached(msgspec.Struct, frozen=True):
    """Exporters at work (`tools.telemetry.Telemetry`)."""

    telling: Telling
    door: OtelDoor

    def conversation_started(self, start: ConversationStart) -> ToldConversation:
        """A conversation starts."""
        return self.telling.conversation_started(start)

    def close(self) -> None:
        """Send what waits; takes no longer than `OTEL_BLRP_EXPORT_TIMEOUT`, 5 s by default."""
        atexit.unregister(self.close)  # whoever cannot wait for this call will not wait for a second one either
        self.door.close()


def attach(config: Config, terminal: str, login: Callable[[], Login]) -> Attached:
    """Open the exporters. What waits is sent when the process ends, if nobody closed them before.

    Raises `CannotExport`, or `ImportError` where a package is missing.
    """
    door = open_door(config.otel, config.codex_home, config.environ)
    telling = Telling(door, login, terminal, config.otel.log_user_prompt, config.environ)
    attached = Attached(telling, door)
    atexit.register(attached.close)
    return attached
