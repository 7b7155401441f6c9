"""Walks the files of saved sessions, newest first, and knows what their names say (`docs/rollouts.md`)."""

from __future__ import annotations

import datetime
import functools
import itertools
import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from octavo.protocol.ids import InvalidConversationId, parse_conversation_id


class SessionFile(NamedTuple):
    """A file whose name says when its session began and which one it is. Sorts by time, then id."""

    time: str
    """`YYYY-MM-DDThh-mm-ss`, local to the machine that wrote it."""
    id: str
    path: str


def sessions_folder(codex_home: str) -> str:
    """Where the sessions are that are not archived."""
    return os.path.join(codex_home, "sessions")


def session_files(codex_home: str) -> Iterator[SessionFile]:
    """All of them, newest first; links are not followed.

    Raises `OSError` when a folder cannot be read; no sessions at all is no error.
    """
    top = sessions_folder(codex_home)
    if not os.path.exists(top):
        return
    for year in _numbered_folders(top):
        for month in _numbered_folders(year):
            for day in _numbered_folders(month):
                yield from _files_of_day(day)


def archived_files(codex_home: str) -> Iterator[SessionFile]:
    """Those that were archived, newest first. Raises `OSError`; without the folder there are none."""
    folder = archive_folder(codex_home)
    if os.path.isdir(folder):
        yield from _files_of_day(folder)


def compressed_files(codex_home: str) -> int:
    """How many sessions later releases have compressed, which are neither listed nor read."""
    folders = (sessions_folder(codex_home), archive_folder(codex_home))
    return sum(name.endswith(".jsonl.zst") for top in folders for _, _, names in os.walk(top) for name in names)


def archive_folder(codex_home: str) -> str:
    """Where archived sessions are, all in one folder."""
    return os.path.join(codex_home, "archived_sessions")


def parse_file_name(name: str) -> tuple[str, str] | None:
    """Time and id of `rollout-<time>-<id>.jsonl`; None for other names."""
    match = _file_name().fullmatch(name)
    if match is None or not is_time(match["time"]):
        return None
    try:
        return match["time"], parse_conversation_id(match["id"])
    except InvalidConversationId:
        return None


def is_time(text: str) -> bool:
    """Whether the text is a date and time that exist, spelled `YYYY-MM-DDThh-mm-ss`."""
    if not _file_time().fullmatch(text):
        return False
    try:
        datetime.datetime(int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]))
    except ValueError:
        return False
    return int(text[17:19]) < 60


@functools.cache
def _file_name() -> re.Pattern[str]:
    return re.compile(r"rollout-(?P<time>.{19})-(?P<id>[0-9A-Fa-f-]+)\.jsonl")


@functools.cache
def _file_time() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d", re.ASCII)


def _files_of_day(folder: str) -> Iterator[SessionFile]:
    """Newest first. Names sort by time as they stand, so that only those are taken apart that somebody asks for."""
    names = sorted((name for name in os.listdir(folder) if name.endswith(".jsonl")), reverse=True)
    for _, same_time in itertools.groupby(names, key=_time_part):
        named = [file for name in same_time if (file := _named_file(folder, name))]
        yield from sorted(named, reverse=True)  # ids may be spelled in several ways


def _time_part(name: str) -> str:
    return name[: len("rollout-2026-01-01T00-00-00")]


def _named_file(folder: str, name: str) -> SessionFile | None:
    named = parse_file_name(name)
    if named is None:
        return None
    path = os.path.join(folder, name)
    try:
        is_file = stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:  # archived meanwhile
        return None
    return SessionFile(*named, path) if is_file else None


def _numbered_folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        found = [
            (int(entry.name), entry.path)
            for entry in entries
            if entry.name.isascii() and entry.name.isdigit() and entry.is_dir(follow_symlinks=False)
        ]
    return [path for _, path in sorted(found, reverse=True)]
