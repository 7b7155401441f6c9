"""What stands in every event (`docs/telemetry.md`, "In every event")."""

from __future__ import annotations

import functools
import time
from typing import Literal

import msgspec

from octavo import __version__
from octavo.telemetry.values import Value, known


class Login(msgspec.Struct, frozen=True):
    """Who is logged in, as far as it is told: the kind of login, the workspace, the address."""

    mode: Literal["ApiKey", "ChatGPT"] | None = None
    account_id: str | None = None
    email: str | None = None


def common_attributes(conversation_id: str, login: Login, terminal: str) -> dict[str, Value]:
    """What stays the same for a whole conversation."""
    return known(
        conversation__id=conversation_id,
        app__version=__version__,
        auth_mode=login.mode,
        user__account_id=login.account_id,
        user__email=login.email,
        terminal__type=terminal,
    )


def model_attributes(model: str, family: str) -> dict[str, Value]:
    """Which model, and the family whose habits it has."""
    return {"model": model, "slug": family}


def timestamp(now: float) -> str:
    """A Unix time as UTC text with milliseconds."""
    seconds, millis = divmod(int(now * 1000), 1000)
    return f"{_second(seconds)}.{millis:03}Z"


@functools.lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    """Many events happen in the same one."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
