"""Names that users gave to sessions: one file beside the folders, shared with other programs (`docs/rollouts.md`).

Each line names a session; the last line of a session counts. Lines are only added.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

import msgspec

from octavo.files.plain_file import open_regular
from octavo.protocol.json_text import encode_json
from octavo.rollout.errors import RolloutWriteError, os_error_text
from octavo.rollout.lines import BAD_JSON

NAMES_FILE = "session_index.jsonl"
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC  # nobody waits for a pipe


class _Named(msgspec.Struct, frozen=True):
    id: str
    thread_name: str | None = None
    updated_at: Any = ""


@cache
def _lines() -> msgspec.json.Decoder[_Named]:
    return msgspec.json.Decoder(_Named)


def thread_names(codex_home: str) -> dict[str, str]:
    """Every session's name by its id, where it has one. A file that cannot be read names nothing."""
    names: dict[str, str] = {}
    try:
        with open_regular(os.path.join(codex_home, NAMES_FILE)) as file:
            for line in file:
                _take(names, line)
    except OSError:
        pass
    return names


def thread_name(codex_home: str, session_id: str) -> str | None:
    """The name of one session."""
    return thread_names(codex_home).get(session_id)


def name_thread(codex_home: str, session_id: str, name: str) -> None:
    """Call the session so from now on. Raises `RolloutWriteError`."""
    nanos = time.time_ns()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanos // 1_000_000_000))
    line = encode_json(_Named(session_id, name, f"{moment}.{nanos % 1_000_000_000:09}Z")) + b"\n"
    try:
        fd = os.open(os.path.join(codex_home, NAMES_FILE), _APPENDING, 0o600)
        try:
            os.write(fd, line)
        finally:
            os.close(fd)
    except OSError as error:
        raise RolloutWriteError(f"failed to save the name: {os_error_text(error)}") from None


def _take(names: dict[str, str], line: bytes) -> None:
    try:
        named = _lines().decode(line)
    except BAD_JSON:
        return
    if named.thread_name:
        names[named.id] = named.thread_name
    else:
        names.pop(named.id, None)
