"""Rate limits from the headers of an answer (`docs/models.md`).

Reset times are absolute and kept as they came. Every answer makes a snapshot, an
empty one where it tells nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow

_INT64 = 2**63


def rate_limits_from(header: Callable[[str], str | None]) -> RateLimitSnapshot:
    """The snapshot that an answer tells; `header` gives a header's value by its name."""
    return RateLimitSnapshot(_window(header, "primary"), _window(header, "secondary"))


def _window(header: Callable[[str], str | None], which: str) -> RateLimitWindow | None:
    used = _finite(header(f"x-codex-{which}-used-percent"))
    minutes = _integer(header(f"x-codex-{which}-window-minutes"))
    resets_at = _integer(header(f"x-codex-{which}-reset-at"))
    if used is None or (used == 0 and not minutes and resets_at is None):
        return None
    return RateLimitWindow(used, minutes, resets_at)


def _finite(text: str | None) -> float | None:
    try:
        number = float(_plain(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _integer(text: str | None) -> int | None:
    try:
        number = int(_plain(text))
    except ValueError:
        return None
    return number if -_INT64 <= number < _INT64 else None


def _plain(text: str | None) -> str:
    """The text if it is a number the way other programs write one: no underscores, no spaces, no foreign digits."""
    return text if text and text.isascii() and "_" not in text and text == text.strip() else ""
