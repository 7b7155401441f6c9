"""The error of a model call from what a server tells in the middle of an answer (`docs/models.md`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from octavo.model.errors import ContextWindowExceeded, ModelError, StreamBroken
from octavo.model.server_words import words_of

_UNKNOWN = "the server reported an error"


def failure_of(told: Mapping[str, Any]) -> ModelError:
    """The error that an object tells, which is an error itself or holds one under `error`."""
    held = told.get("error")
    error = held if isinstance(held, Mapping) else told
    code, message = error.get("code"), error.get("message")
    if code == "context_length_exceeded":
        return ContextWindowExceeded()
    is_plain = isinstance(message, str) and message and "metadata" not in error and not isinstance(held, str)
    words = str(message) if is_plain else words_of(told) or _UNKNOWN
    return StreamBroken(words, asked_wait(words) if code == "rate_limit_exceeded" else None)


def asked_wait(message: str) -> float | None:
    """The wait in seconds that a message asks for."""
    found = re.search(r"Please try again in (\d+(?:\.\d+)?)(s|ms)", message)
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2] == "ms" else 1)
