"""Texts as they may be told: without secrets, and outputs short (`docs/telemetry.md`, "What is left out")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octavo.protocol.items import OutputPart

Redact = Callable[[str], str]

REDACTED = "[REDACTED]"
CUT_NOTICE = "[… the output goes on, this is its beginning]"

_PREVIEW_BYTES = 2048
_PREVIEW_LINES = 64
_LOOKED_AT = 8 * 1024
"""Characters of an output that are searched for secrets; a preview needs no more, unless they are almost all secret."""
_TORN = 1024
"""Characters before the end of what is searched that are not shown: a secret may go on after them."""


def prompt_text(text: str, *, shown: bool, redact: Redact) -> str:
    """The user's words, or a sign that they are not told."""
    return redact(text) if shown else REDACTED


def output_preview(output: str | tuple[OutputPart, ...], redact: Redact) -> str:
    """The beginning of a call's output: at most 2048 bytes and 64 lines, and a notice where it was cut."""
    text = output if isinstance(output, str) else _as_text(output)
    whole = redact(text[:_LOOKED_AT])
    if len(text) > _LOOKED_AT:
        shown = _beginning(whole[:-_TORN])
    elif (shown := _beginning(whole)) == whole:
        return shown
    return f"{shown}{'' if shown.endswith(chr(10)) else chr(10)}{CUT_NOTICE}"


def _beginning(text: str) -> str:
    """As much of the text as may be shown."""
    lines = text.split("\n", _PREVIEW_LINES)
    if len(lines) > _PREVIEW_LINES:
        text = "\n".join(lines[:_PREVIEW_LINES]) + "\n"
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= _PREVIEW_BYTES else encoded[:_PREVIEW_BYTES].decode("utf-8", "ignore")


def _as_text(parts: tuple[OutputPart, ...]) -> str:
    return "\n".join(str(getattr(part, "text", "[image]")) for part in parts)
