"""What kind of failure an error is, for programs (`docs/app-server-v2.md`, "Errors of turns").

The texts are fixed (`docs/models.md`), so they tell the kind.
"""

from __future__ import annotations

import re

from octavo.protocol import events

_STATUS = re.compile(r"(?:unexpected status|last status:) (\d{3})")
_KINDS = (
    ("Codex ran out of room in the model's context window", "contextWindowExceeded"),
    ("You've hit your usage limit", "usageLimitExceeded"),
)
_KINDS_WITH_STATUS = (
    ("stream disconnected before completion", "responseStreamDisconnected"),
    ("exceeded retry limit", "responseTooManyFailedAttempts"),
    ("unexpected status", "httpConnectionFailed"),
)


def error_info(error: events.Error) -> object:
    """The kind of failure, as clients know it: a word, or an object that holds the HTTP status."""
    message = error.message
    if error.codex_error_info == "session_budget_exceeded":
        return "sessionBudgetExceeded"
    for start, kind in _KINDS:
        if message.startswith(start):
            return kind
    found = _STATUS.search(message)
    status = int(found[1]) if found else None
    if status == 401:
        return "unauthorized"
    for start, kind in _KINDS_WITH_STATUS:
        if message.startswith(start):
            return {kind: {"httpStatusCode": status}}
    return "other"


def in_snake_case(info: object) -> object:
    """The same kind of failure in the spelling of the engine's own protocol: `context_window_exceeded`."""
    if isinstance(info, dict):
        return {in_snake_case(key): in_snake_case(value) for key, value in info.items()}
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", info) if isinstance(info, str) else info
