"""What all saved sessions took, without reading again what has not changed (`docs/usage.md`).

The sessions are the only truth: the index beside them knows a file by its size and time, what does
not fit is read anew, and an index that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import os

import msgspec

from octavo.files.private_file import replace_private_file
from octavo.rollout.files import parse_file_name, sessions_folder
from octavo.rollout.lines import BAD_JSON
from octavo.rollout.usage import SessionUsage, read_usage

_FORMAT = 1
"""Of the index; one of another format is not read."""


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    size: int
    changed: int
    usage: SessionUsage


class _Index(msgspec.Struct, frozen=True, array_like=True):
    format: int
    entries: dict[str, _Entry]


def usage_of_all(codex_home: str) -> list[SessionUsage]:
    """Every session's, archived ones as well. What a fork copied is counted where it came from, if that is there."""
    path = os.path.join(codex_home, "cache", "usage")
    before, entries = _read(path), {}
    for file in _session_files(codex_home):
        with contextlib.suppress(OSError):  # archived or removed meanwhile
            state = os.stat(file, follow_symlinks=False)
            entry = before.get(file)
            if entry is None or (entry.size, entry.changed) != (state.st_size, state.st_mtime_ns):
                entry = _Entry(state.st_size, state.st_mtime_ns, read_usage(file))
            entries[file] = entry
    if entries != before:
        _write(path, _Index(_FORMAT, entries))
    return _without_copies([entry.usage for entry in entries.values()])


def _session_files(codex_home: str) -> list[str]:
    folders = (sessions_folder(codex_home), os.path.join(codex_home, "archived_sessions"))
    return [
        os.path.join(folder, name)
        for top in folders
        for folder, _, names in os.walk(top)
        for name in names
        if parse_file_name(name) is not None
    ]


def _without_copies(sessions: list[SessionUsage]) -> list[SessionUsage]:
    by_id = {session.id: session for session in sessions}
    return [
        _without_beginning(session, by_id[session.source]) if session.source in by_id else session
        for session in sessions
    ]


def _without_beginning(fork: SessionUsage, source: SessionUsage) -> SessionUsage:
    copied = 0
    for own, other in zip(fork.answers, source.answers, strict=False):
        if msgspec.structs.replace(own, at=other.at) != other:  # a copy has the time of the fork
            break
        copied += 1
    stretches = []
    for stretch in fork.stretches:
        left = stretch.answers[copied:]
        copied = max(copied - len(stretch.answers), 0)
        stretches.append(msgspec.structs.replace(stretch, answers=left))
    return msgspec.structs.replace(fork, stretches=stretches)


def _read(path: str) -> dict[str, _Entry]:
    try:
        with open(path, "rb") as file:
            index = msgspec.msgpack.decode(file.read(), type=_Index)
    except (OSError, *BAD_JSON):
        return {}
    return index.entries if index.format == _FORMAT else {}


def _write(path: str, index: _Index) -> None:
    with contextlib.suppress(OSError):  # a full or read-only disk: next time everything is read again
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        replace_private_file(path, msgspec.msgpack.encode(index))
