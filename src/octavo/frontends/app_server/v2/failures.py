"""Why a turn failed, as clients know it (`docs/app-server-v2.md`, "Errors of turns")."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.turns import TurnError
from octavo.frontends.failures import error_info
from octavo.protocol.events import Error

_BAD_REQUEST = "unexpected status 400 Bad Request: "


def turn_error(error: Error) -> TurnError:
    """The failure with its kind. What a service says to a request that it does not like stands alone."""
    if error.message.startswith(_BAD_REQUEST):
        return TurnError(error.message.removeprefix(_BAD_REQUEST), "other")
    return TurnError(error.message, error_info(error))
