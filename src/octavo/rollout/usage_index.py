"""What all saved sessions took, without reading again what has not changed (`docs/usage.md`).

The sessions are the only truth: the index beside them knows a file by its size and time, what does
not fit is read anew, and an index that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

import msgspec

from octavo.rollout.files import archive_folder, parse_file_name, sessions_folder
from octavo.rollout.index_file import index_path, read_index, write_index
from octavo.rollout.usage import SessionUsage, Stretch, read_usage, split_copies, summed_up

_FORMAT = 2
"""Of the index; one of another format is not read."""


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """A file by its size and time. `copied` are answers that a fork has from its source, as far as they are known.

    Of a fork that was not compared with its source yet, all answers are in `own`.
    """

    size: int
    changed: int
    id: str
    source: str | None
    own: list[Stretch]
    copied: list[Stretch] | None


_Folders = dict[str, dict[str, _Entry]]
"""By folder and name."""


def usage_of_all(codex_home: str) -> list[Stretch]:
    """Every session's answers, archived ones as well, those of a quarter of an hour as one.

    What a fork copied is counted where it came from, if that is there.
    """
    path = index_path(codex_home, "usage")
    before, folders = read_index(path, _FORMAT, _Folders) or {}, _Folders()
    for top in (sessions_folder(codex_home), archive_folder(codex_home)):
        for folder, files in _folders_below(top):
            folders[folder] = _entries(files, before.get(folder, {}))
    places = {entry.id: (folder, name) for folder, names in folders.items() for name, entry in names.items()}
    _compare_forks(folders, places)
    if folders != before:
        write_index(path, _FORMAT, folders)
    return [
        stretch
        for names in folders.values()
        for entry in names.values()
        for stretch in (entry.own if entry.source in places else (*entry.own, *(entry.copied or ())))
    ]


def _folders_below(top: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """The folder and those inside of it, each with what it holds beside folders; links are no folders."""
    folders = [top]
    while folders:
        folder, files = folders.pop(), []
        try:
            with os.scandir(folder) as found:
                for one in found:
                    if one.is_dir(follow_symlinks=False):
                        folders.append(one.path)
                    else:
                        files.append(one)
        except OSError:  # not there, or not for us
            continue
        yield folder, files


def _entries(files: list[os.DirEntry[str]], before: dict[str, _Entry]) -> dict[str, _Entry]:
    entries = {}
    for file in files:
        entry = before.get(file.name)
        if entry is None and parse_file_name(file.name) is None:
            continue
        with contextlib.suppress(OSError):  # archived or removed meanwhile
            state = file.stat(follow_symlinks=False)
            if not stat.S_ISREG(state.st_mode):
                continue  # a pipe would be waited for
            if entry is None or (entry.size, entry.changed) != (state.st_size, state.st_mtime_ns):
                usage = read_usage(file.path)
                own = summed_up(usage.stretches)
                entry = _Entry(state.st_size, state.st_mtime_ns, usage.id, usage.source, own, None)
            entries[file.name] = entry
    return entries


def _compare_forks(folders: _Folders, places: dict[str, tuple[str, str]]) -> None:
    """Find out what new forks copied; for that, both files are read."""
    sources: dict[str, SessionUsage] = {}
    for folder, names in folders.items():
        for name, entry in names.items():
            if entry.source is None or entry.copied is not None or entry.source not in places:
                continue
            with contextlib.suppress(OSError):
                if entry.source not in sources:
                    sources[entry.source] = read_usage(os.path.join(*places[entry.source]))
                fork = read_usage(os.path.join(folder, name))
                copied, own = map(summed_up, split_copies(fork, sources[entry.source]))
                names[name] = msgspec.structs.replace(entry, own=own, copied=copied)
