"""Colours of the human output, and when there are any (`docs/exec.md`, "Colour")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ColorChoice = Literal["always", "never", "auto"]

BOLD, DIM, ITALIC = "1", "2", "3"
RED, GREEN, MAGENTA, CYAN = "31", "32", "35", "36"


class Style:
    """Puts escape codes around text, or, when off, leaves it alone."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, *codes: str) -> str:
        """The text in these styles."""
        if not self._on:
            return text
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"


def wants_color(choice: ColorChoice, is_terminal: bool, environ: Mapping[str, str]) -> bool:
    """Whether a stream gets colours; `auto` asks the terminal and the usual variables."""
    if choice != "auto":
        return choice == "always"
    forced = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE")
    if forced is not None and forced not in {"0", "false", ""}:
        return True
    if environ.get("NO_COLOR") or environ.get("CLICOLOR") == "0":
        return False
    return is_terminal and environ.get("TERM") not in {None, "dumb"}
