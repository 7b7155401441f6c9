"""What a server says when it does not answer: its own words, for the user (`docs/models.md`).

Every family of servers spells a failure in its own way, and what stands between may
answer with a page. Whatever it is, what comes out is at most one line of bounded length.
"""

from __future__ import annotations

from typing import Any

import msgspec

_MOST_CHARACTERS = 500
_MESSAGE_KEYS = ("message", "msg", "detail", "error_description", "error_msg", "status_msg", "reason", "title")
_HOLDERS = ("error", "errors", "base_resp", "response", "detail")


def words_of_body(body: bytes) -> str:
    """The words in a body that is no answer: a JSON error, a page, or plain text; empty if it holds none."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body.decode("utf-8", "replace")
        return one_line(_page_words(text) if _is_page(text) else text)
    return words_of(value) or (one_line(value) if isinstance(value, str) else "")


def words_of(value: Any) -> str:
    """The words in decoded JSON; empty if there are none."""
    if isinstance(value, list):
        return next((words for one in value if (words := words_of(one))), "")
    if not isinstance(value, dict):
        return ""
    for key in _HOLDERS:
        held = value.get(key)
        if isinstance(held, str) and held.strip() and key == "error":
            return _joined(held, value)
        if isinstance(held, dict | list) and (words := words_of(held)):
            return words
    text = next((text for key in _MESSAGE_KEYS if isinstance(text := value.get(key), str) and text.strip()), "")
    return one_line(f"{text}: {raw}" if (raw := _words_of_origin(value)) and text else text) or _code(value)


def is_failure(value: Any) -> bool:
    """Whether decoded JSON says that something failed, whatever else is in it."""
    if not isinstance(value, dict):
        return False
    return bool(value.get("error")) or "error" in (value.get("object"), value.get("type"))


def one_line(text: str) -> str:
    """The text without line ends and control characters, cut where it is long."""
    shown = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * _MOST_CHARACTERS]).split())
    return shown if len(shown) <= _MOST_CHARACTERS else shown[: _MOST_CHARACTERS - 1] + "…"


def _joined(name: str, value: dict[str, Any]) -> str:
    """`{"error": "unauthorized", "message": "…"}`: both, if the second says more."""
    rest = next((text for key in _MESSAGE_KEYS if isinstance(text := value.get(key), str) and text.strip()), "")
    return one_line(f"{name}: {rest}" if rest and rest != name else name)


def _words_of_origin(value: dict[str, Any]) -> str:
    """What a router passes on of the server behind it."""
    metadata = value.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, str):
        return words_of_body(raw.encode("utf-8", "replace"))
    return words_of(raw)


def _code(value: dict[str, Any]) -> str:
    """A failure without words has a name or a number at least."""
    found = next((code for key in ("code", "type", "status") if isinstance(code := value.get(key), str | int)), "")
    return "" if isinstance(found, bool) or found == "error" else one_line(str(found))


def _is_page(text: str) -> bool:
    return text.lstrip().startswith("<")


def _page_words(text: str) -> str:
    """Title and visible text of a page."""
    import html  # only for pages, which are rare
    import re

    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>", lambda found: _title(found[0]), text)
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))


def _title(part: str) -> str:
    import re

    found = re.search(r"(?is)<title[^>]*>(.*?)</title", part)
    return f"{found[1]}: " if found and found[1].strip() else " "
