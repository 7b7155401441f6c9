"""What is wrong with what a client sent, in words that hold nothing of it but its shape."""

from __future__ import annotations

import re


def complaint(error: Exception) -> str:
    """What is wrong with a value, on one line, without the value."""
    text = str(error)
    text = re.sub(r"Expected `str` matching regex .*?(?= - at `|$)", "Expected a UUID", text, flags=re.DOTALL)
    text = re.sub(r"(Invalid enum value|Invalid value) .*?(?= - at `|$)", "No such value", text, flags=re.DOTALL)
    return short(text)


def short(text: str) -> str:
    """The text on one line, cut where it is long."""
    one_line = text.encode("utf-8", "replace").decode().replace("\n", " ").replace("\r", " ")
    return one_line if len(one_line) <= 200 else one_line[:200] + "…"
