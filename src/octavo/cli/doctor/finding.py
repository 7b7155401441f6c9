"""What a check has found."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "warning", "broken"]


class Finding(msgspec.Struct, frozen=True):
    """One line of the report. `mend` says what to do about it, where something is to be done.

    `warning`: works, and is perhaps not what was meant. `broken`: something of use will not work.
    """

    check: str
    state: State
    text: str
    mend: str | None = None


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", text)


def warning(check: str, text: str, mend: str) -> Finding:
    """Works, and should be looked at."""
    return Finding(check, "warning", text, mend)


def broken(check: str, text: str, mend: str) -> Finding:
    """Does not work."""
    return Finding(check, "broken", text, mend)
