"""What of a long history is old and may go, and what has to stay word for word (`docs/compaction.md`, "Careful").

Pure functions of items: the last steps, the outputs before them, the plan, the user's words, the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from octavo.commands.quoting import command_line
from octavo.engine.history import call_key, output_key
from octavo.protocol import view_items as view
from octavo.protocol.items import (
    CustomToolCall,
    FunctionCall,
    InputText,
    Message,
    Reasoning,
    ResponseItem,
    ToolOutput,
    encode_item,
    message_text,
    user_message,
)
from octavo.protocol.middle_cut import JoinedTexts
from octavo.protocol.saved_view import SavedView
from octavo.protocol.session_prefix import is_real_user_message
from octavo.rollout.lines import DroppedOutput

NOTE_OPEN = "<compaction_note>\n\nOlder steps were taken out of this conversation to make room."
NOTE_CLOSE = "</compaction_note>"
"""How the message begins and ends that stands for what was taken out."""
FILES_TITLE = "Files that patches have touched so far:"

_SMALL = 512
"""Bytes of an output that is not worth taking out."""
_MOST_FILES = 500
_TITLE = 200
_PATCHED = re.compile(r"^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\s*$", re.MULTILINE)


class Trimmed(NamedTuple):
    """A history without its old outputs, and which went."""

    items: Sequence[ResponseItem]
    dropped: tuple[DroppedOutput, ...]


def size_of(item: ResponseItem) -> int:
    """Bytes of its JSON."""
    return len(encode_item(item))


def start_of_last_steps(items: Sequence[ResponseItem], room: int) -> int:
    """Where the last steps begin: as many whole ones as `room` bytes hold, and no more than a quarter of all."""
    sizes = [size_of(item) for item in items]
    first = next((place for place, item in enumerate(items) if is_real_user_message(item)), len(items))
    room = min(room, sum(sizes[first:]) // 4)
    start, taken = len(items), 0
    while start > first and (taken := taken + sizes[start - 1]) <= room:
        start -= 1
    places = _beginnings(items)
    return next((place for place in places if place >= start), len(items))


def without_old_outputs(items: Sequence[ResponseItem], before: int) -> Trimmed:
    """What tools said before the place `before`, but for a few words, gives way to how much it was."""
    kept: list[ResponseItem] = []
    dropped: list[DroppedOutput] = []
    calls = SavedView()
    for place, item in enumerate(items):
        seen = [change.item for change in calls.feed(item)]
        size = size_of(item) if isinstance(item, ToolOutput) and place < before else 0
        if isinstance(item, ToolOutput) and size > _SMALL:
            call = seen[0] if seen else None
            dropped.append(DroppedOutput(item.call_id, _title(call), size))
            kept.append(msgspec.structs.replace(item, output=_mark(size, getattr(call, "exit_code", None))))
        else:
            kept.append(item)
    return Trimmed(kept, tuple(dropped))


def newest_plan(items: Sequence[ResponseItem]) -> tuple[ResponseItem, ...]:
    """The last call that set the plan, and its answer."""
    for place in range(len(items) - 1, -1, -1):
        call = items[place]
        if isinstance(call, FunctionCall) and call.name == "update_plan":
            answer = next((item for item in items[place:] if output_key(item) == call_key(call)), None)
            return (call, answer) if answer is not None else ()
    return ()


def users_words(items: Sequence[ResponseItem], most: int) -> list[Message]:
    """The user's messages as they are; of more than `most` bytes the older ones are joined and lose their middle."""
    said = [item for item in items if isinstance(item, Message) and is_real_user_message(item) and not is_note(item)]
    whole, taken = len(said), 0
    while whole > 0 and (taken := taken + size_of(said[whole - 1])) <= most:
        whole -= 1
    if whole == 0:
        return said
    joined = JoinedTexts(most // 4)
    for message in said[:whole]:
        joined.add(message_text(message))
    return [user_message(InputText(joined.cut())), *said[whole:]]


def is_note(item: ResponseItem) -> bool:
    """Whether it stands for what an earlier compaction took out."""
    if not isinstance(item, Message) or item.role != "user":
        return False
    text = message_text(item)
    return text.startswith(NOTE_OPEN) and text.endswith(NOTE_CLOSE)


def touched_files(items: Sequence[ResponseItem]) -> tuple[str, ...]:
    """The files that patches named, those of an earlier note first; of very many the newest."""
    found: dict[str, None] = {}
    for item in items:
        if is_note(item) and isinstance(item, Message):
            found.update(dict.fromkeys(_listed(message_text(item))))
        for text in _texts_of_call(item):
            found.update(dict.fromkeys(_PATCHED.findall(text)))
    return tuple(found)[-_MOST_FILES:]


def _listed(note: str) -> Iterator[str]:
    _, _, rest = note.partition(f"{FILES_TITLE}\n")
    for row in rest.split("\n"):
        if not row.startswith("- "):
            return
        yield row[2:]


def _texts_of_call(item: ResponseItem) -> Iterator[str]:
    if isinstance(item, CustomToolCall):
        yield item.input
    elif isinstance(item, FunctionCall) and "*** " in item.arguments:
        try:
            yield from _strings(msgspec.json.decode(item.arguments))
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _beginnings(items: Sequence[ResponseItem]) -> list[int]:
    """Places from which on every output has its call, and no thought is parted from what it led to."""
    called = {key: place for place, item in enumerate(items) if (key := call_key(item)) is not None}
    found = []
    earliest = len(items)
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if (key := output_key(item)) is not None:
            earliest = min(earliest, called.get(key, -1))
        thought = place > 0 and isinstance(items[place - 1], Reasoning) and not is_real_user_message(item)
        if earliest >= place and not thought:
            found.append(place)
    return found[::-1]


def _title(call: object) -> str:
    match call:
        case view.CommandExecution(command=command):
            title = command_line(command)
        case view.ToolCall(tool=tool):
            title = tool
        case _:
            title = ""
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"


def _mark(size: int, exit_code: int | None) -> str:
    code = "" if exit_code is None else f" of exit code {exit_code}"
    return f"[{size:,} bytes of output{code} were taken out to make room. Run the call again if you need them.]"
