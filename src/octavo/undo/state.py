"""What a look at the files has found: an entry for each path, kept folder by folder.

So a look at 100,000 files compares short names within a folder, and spells a path only where something is different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from octavo.undo.entry import Entry

_NONE: Mapping[str, Entry] = {}


class State:
    """The entries by path (absolute, without `/` at the end); what is known of a folder's inside stays without it."""

    def __init__(self, entries: Iterable[tuple[str, Entry]] = ()) -> None:
        self._folders: dict[str, Entry] = {}
        self._others: dict[str, dict[str, Entry]] = {}
        self.update(entries)

    def get(self, path: str) -> Entry | None:
        """What is known of this path."""
        folder, name = _parted(path)
        return self._folders.get(path) or self._others.get(folder, _NONE).get(name)

    def update(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """Know this of these paths from now on."""
        for path, entry in entries:
            folder, name = _parted(path)
            if entry.kind == "folder":
                self._folders[path] = entry
                if folder in self._others:
                    self._others[folder].pop(name, None)
                continue
            if path in self._folders:
                del self._folders[path]
            try:
                self._others[folder][name] = entry
            except KeyError:
                self._others[folder] = {name: entry}

    def forget(self, path: str) -> None:
        """Know nothing of this path any more."""
        folder, name = _parted(path)
        self._folders.pop(path, None)
        of_folder = self._others.get(folder)
        if of_folder is not None:
            of_folder.pop(name, None)
            if not of_folder:
                del self._others[folder]

    def items(self) -> Iterator[tuple[str, Entry]]:
        """Every path and its entry, in no order."""
        yield from self._folders.items()
        for folder, others in self._others.items():
            start = inside(folder)
            for name, entry in others.items():
                yield start + name, entry

    def others(self, folder: str) -> Mapping[str, Entry]:
        """What is known right in a folder and is no folder itself, by name."""
        return self._others.get(folder, _NONE)

    def elsewhere(self, folders: set[str]) -> list[str]:
        """The paths of which neither they, nor the folder they are in, are among these folders."""
        found = [path for path in self._folders if path not in folders]
        for folder, others in self._others.items():
            if folder not in folders:
                start = inside(folder)
                found += [start + name for name in others]
        return found

    def folders_below(self, folder: str) -> list[str]:
        """The folders that are known below one, however deep."""
        start = inside(folder)
        return [path for path in self._folders if path.startswith(start)]

    def below(self, folder: str) -> list[str]:
        """The paths that are known below a folder, however deep."""
        start = inside(folder)
        found = self.folders_below(folder)
        for other, others in self._others.items():
            if other == folder or other.startswith(start):
                within = inside(other)
                found += [within + name for name in others]
        return found


def inside(folder: str) -> str:
    """How the paths begin of what is in a folder."""
    return "/" if folder == "/" else folder + "/"


def _parted(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder or "/", name
