"""Text of others on a terminal that shows it as it comes (`docs/exec.md`, "Output for people")."""

from __future__ import annotations

import re

_OBEYED = re.compile(r"\x1b\[[0-9;:]*m|\r*\n|[\x00-\x08\x0b-\x1f\x7f-\x9f]|\r")


def harmless(text: str) -> str:
    """The text as a terminal may get it: colours stay, every other control character is shown instead of obeyed.

    A carriage return begins a new line, so that what it would have hidden can be read.
    """
    return text if text.isprintable() else _OBEYED.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    if sign[0] == "\x1b" and len(sign) > 1:
        return sign
    if sign[0] in "\r\n":
        return "\n"
    code = ord(sign)
    return f"^{chr(code ^ 64)}" if code < 128 else f"\\x{code:02x}"
