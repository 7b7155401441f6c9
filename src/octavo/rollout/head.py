"""What a list shows of a saved session, read from the first lines and the last ones (`docs/rollouts.md`)."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from octavo.files.plain_file import open_patiently
from octavo.protocol.items import InputImage, Message, ResponseItem
from octavo.rollout.lines import BAD_JSON, SessionMeta, decode_line, kind_of, timestamp_of
from octavo.rollout.numbering import lines_from_end
from octavo.rollout.read import meta_of
from octavo.rollout.saved_items import items_of

HEAD_RECORDS = 10
REQUEST_MARKER = "## My request for Codex:"

_INJECTED = ("<user_instructions>", "<environment_context>")
_LATER_INSTRUCTIONS = "# AGENTS.md instructions for "


class SessionHead(msgspec.Struct, frozen=True, kw_only=True):
    """The start of a session, as far as lists look.

    `preview` is None when no words of the user were found; `created_at` is the time of the first line that counts,
    UTC, empty when the file tells none.
    """

    path: str
    meta: SessionMeta | None
    starts_with_meta: bool
    preview: str | None
    has_user_message: bool
    records: int
    created_at: str


def read_head(path: str) -> SessionHead:
    """Look at the lines until ten records (items and session facts) are seen; at none that comes meanwhile.

    Raises `OSError`.
    """
    meta: SessionMeta | None = None
    items: list[ResponseItem] = []
    records, created_at, has_user_message, starts_with_meta = 0, "", False, False
    with open_patiently(path) as file:
        left = os.fstat(file.fileno()).st_size
        for raw_line in file:
            line = raw_line.removesuffix(b"\n")
            line_meta = meta_of(line)
            line_items: tuple[ResponseItem, ...] = ()
            if line_meta is None and kind_of(line) == "response_item":
                line_items = items_of(line)
            if line_meta or line_items:
                created_at = created_at or timestamp_of(line)
                starts_with_meta = starts_with_meta or (records == 0 and line_meta is not None)
                meta = meta or line_meta
                items += line_items
                records += 1
            has_user_message = has_user_message or _is_user_event(line)
            left -= len(raw_line)
            if records == HEAD_RECORDS or left <= 0:
                break
    return SessionHead(
        path=path,
        meta=meta,
        starts_with_meta=starts_with_meta,
        preview=next((text for item in items if (text := preview_text(item)) is not None), None),
        has_user_message=has_user_message,
        records=records,
        created_at=created_at,
    )


def preview_text(item: ResponseItem) -> str | None:
    """The user's own words in the item, what an editor put around them taken off; None for any other item."""
    if not isinstance(item, Message) or item.role != "user":
        return None
    texts = [part.text for part in item.content if not isinstance(part, InputImage)]
    if any(text.lstrip().lower().startswith(_INJECTED) for text in texts):
        return None
    if len(texts) == 1 and texts[0].startswith(_LATER_INSTRUCTIONS):
        return None
    text = "".join(texts)
    _, marker, request = text.partition(REQUEST_MARKER)
    return request.strip() if marker else text


def last_item_time(path: str) -> str | None:
    """When the last item was written, UTC; None without one.

    Raises `OSError`.
    """
    with open_patiently(path) as file:
        for line in lines_from_end(file.fileno()):
            if kind_of(line) == "response_item" and items_of(line):
                return timestamp_of(line)
    return None


class _Tagged(msgspec.Struct):
    type: str
    item: Any = None


def _is_user_event(line: bytes) -> bool:
    """Whether the line says that the user spoke, in either of the two forms in use."""
    if kind_of(line) != "event_msg" or not (decoded := decode_line(line)):
        return False
    try:
        event = msgspec.json.decode(decoded.payload, type=_Tagged)
    except BAD_JSON:
        return False
    if event.type == "user_message":
        return True
    return event.type == "item_completed" and isinstance(event.item, dict) and event.item.get("type") == "UserMessage"
