"""`history.jsonl`: what the user has typed, for recall in every later session (`docs/rollouts.md`).

One line per message, appended whole under a lock that other programs of the same
home honour too; only the user can read the file.
"""

from __future__ import annotations

import asyncio
import fcntl
import os

import msgspec

from octavo.files.plain_file import keep_private, open_patiently
from octavo.protocol.events import HistoryEntry
from octavo.protocol.ids import ConversationId
from octavo.protocol.json_text import encode_json
from octavo.rollout.errors import RolloutError, os_error_text
from octavo.rollout.lines import BAD_JSON

LOCK_TRIES = 10
LOCK_PAUSE = 0.1
"""Seconds between two tries."""


class MessageHistoryError(RolloutError):
    """The message could not be added; worth a log line, no more."""


class _SavedEntry(msgspec.Struct, frozen=True):
    session_id: str
    ts: int
    text: str


_decode_entry = msgspec.json.Decoder(_SavedEntry).decode


def message_history_path(codex_home: str) -> str:
    """Where the file is."""
    return os.path.join(codex_home, "history.jsonl")


async def append_message(codex_home: str, conversation_id: ConversationId, text: str, unix_seconds: int) -> None:
    """Add one message.

    Raises `MessageHistoryError` when the file cannot be written or stays locked for a second.
    """
    line = encode_json(_SavedEntry(conversation_id, unix_seconds, text)) + b"\n"
    try:
        os.makedirs(codex_home, exist_ok=True)
        fd = os.open(message_history_path(codex_home), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            keep_private(fd)
            await _lock(fd, fcntl.LOCK_EX)
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != b"\n":
                line = b"\n" + line  # a torn last line must not swallow this one
            if os.write(fd, line) != len(line):
                raise MessageHistoryError("failed to add to the message history: the line was cut off")
        finally:
            os.close(fd)
    except OSError as error:
        raise MessageHistoryError(f"failed to add to the message history: {os_error_text(error)}") from None


def message_history_size(codex_home: str) -> tuple[int, int]:
    """Log id and number of messages: inode and line ends of the file, 0 and 0 without one."""
    try:
        with open_patiently(message_history_path(codex_home)) as file:
            log_id = os.fstat(file.fileno()).st_ino
            count = 0
            while block := file.read(1 << 20):
                count += block.count(b"\n")
    except OSError:
        return 0, 0
    return log_id, count


async def look_up_message(codex_home: str, offset: int, log_id: int) -> HistoryEntry | None:
    """The message at `offset` (from 0), if the file is still the one with this log id."""
    try:
        fd = os.open(message_history_path(codex_home), os.O_RDONLY)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        if offset < 0 or os.fstat(fd).st_ino != log_id:
            return None
        try:
            await _lock(fd, fcntl.LOCK_SH)
            line = next((line for number, line in enumerate(file) if number == offset), b"")
            entry = _decode_entry(line)
        except (OSError, MessageHistoryError, *BAD_JSON):
            return None
    return HistoryEntry(entry.session_id, entry.ts, entry.text)


def find_message(codex_home: str, part: str, below: int, log_id: int) -> tuple[int, HistoryEntry] | None:
    """The last message before offset `below` that holds `part` in any case, with its offset; reads the whole file."""
    try:
        with open_patiently(message_history_path(codex_home)) as file:
            if os.fstat(file.fileno()).st_ino != log_id:
                return None
            lines = file.read().split(b"\n")[:below]
    except OSError:
        return None
    for offset in range(len(lines) - 1, -1, -1):
        try:
            entry = _decode_entry(lines[offset])
        except BAD_JSON:
            continue
        if part.lower() in entry.text.lower():
            return offset, HistoryEntry(entry.session_id, entry.ts, entry.text)
    return None


async def _lock(fd: int, kind: int) -> None:
    for attempt in range(LOCK_TRIES):
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt < LOCK_TRIES - 1:
                await asyncio.sleep(LOCK_PAUSE)
        else:
            return
    raise MessageHistoryError("failed to add to the message history: the file is locked")
