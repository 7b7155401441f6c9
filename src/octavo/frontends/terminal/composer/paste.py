"""What comes into the draft besides keys. A paste becomes text, a label, or the pictures and files that it names.

See `docs/terminal-composer.md`, "Pasting" and "Dropping files".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from octavo.frontends.terminal.composer.draft import Draft, Picture, labelled, replaced
from octavo.frontends.terminal.composer.pictures import EXTENSIONS, Found, ReadSize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.editor import Editor
    from octavo.frontends.terminal.composer.modes import Modes

LONGEST_SHOWN = 1000
"""Characters; more become a label."""


def pasted(
    text: str,
    folder: str,
    first_number: int,
    read_size: ReadSize,
    *,
    names_files: bool = True,
    exists: Callable[[str], bool] = os.path.exists,
) -> Draft:
    """The paste, to be inserted; pictures are numbered from `first_number`.

    With `names_files`, files and folders that it names and nothing else are written as one would in a message.
    """
    from octavo.frontends.terminal.composer.dropped import may_name_files  # not before somebody pastes

    text = with_line_feeds(text)
    is_long = len(text) > LONGEST_SHOWN
    if len(text) > 1 and (not is_long or may_name_files(text)):
        found = _dropped(text, folder, read_size, exists if names_files else lambda path: False)
        if found:
            return attached(found, first_number)
    return labelled(f"[Pasted Content {len(text)} chars]", text) if is_long else Draft(text, len(text))


def _dropped(text: str, folder: str, read_size: ReadSize, exists: Callable[[str], bool]) -> list[Found | str]:
    """Pictures and references to files, where the text names nothing else; nothing where that is the text as it is."""
    from octavo.frontends.terminal.composer.dropped import may_name_files, named_paths, reference

    files_too = may_name_files(text)
    for paths, is_plain in named_paths(text):
        found: list[Found | str] = []
        for path in paths:
            whole = os.path.join(folder, path)
            if (size := read_size(whole)) is not None:
                found.append(Found(whole, size))
            elif files_too and os.path.isabs(path) and _can_be_written(path) and exists(path):
                found.append(reference(path, folder))
            else:
                break  # text like most: no other file is looked at
        if found and len(found) == len(paths):
            return [] if is_plain and all(isinstance(one, str) for one in found) else found
    return []


def _can_be_written(path: str) -> bool:
    """Whether it can stand in a message as it is: no name that is no UTF-8, nothing that steers a terminal."""
    return path.isprintable()


def attached(found: Iterable[Found | str], first_number: int) -> Draft:
    """Labels for pictures and the other texts, a blank behind each."""
    whole, number = Draft(), first_number
    for one in found:
        if isinstance(one, Found):
            new, number = labelled(one.label, Picture(one.path, number)), number + 1
        else:
            new = Draft(one)
        for part in (new, Draft(" ")):
            whole = replaced(whole, len(whole.text), len(whole.text), part)
    return whole


def with_line_feeds(text: str) -> str:
    """One `\\n` for each of the three line ends: terminals send CR for all, files hold CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Inserting:
    """Puts it there, and counts the pictures in the order in which they were attached."""

    def __init__(self, editor: Editor, modes: Modes, folder: str, read_size: ReadSize) -> None:
        self._editor, self._modes, self._folder, self._read_size = editor, modes, folder, read_size
        self._pictures = 0

    def paste(self, text: str) -> None:
        """A paste; an empty one is none."""
        if text:
            own_command = self._editor.draft.text.startswith("!")  # quotes are those of a shell there
            number = self._pictures + 1
            self._insert(pasted(text, self._folder, number, self._read_size, names_files=not own_command))

    def clipboard(self, path: str | None) -> None:
        """The picture of the clipboard, if there is one."""
        size = self._read_size(path) if path else None
        if path and size:
            self._insert(attached([Found(path, size)], self._pictures + 1))

    def label(self, path: str) -> Draft | None:
        """A label for the picture of this file, if it is one."""
        found = Found(f"{self._folder}/{path}", (0, 0))
        size = self._read_size(found.path) if path.lower().endswith(EXTENSIONS) else None
        if not size:
            return None
        self._pictures += 1
        return attached([replace(found, size=size)], self._pictures)

    def _insert(self, new: Draft) -> None:
        self._pictures += sum(isinstance(label.content, Picture) for label in new.labels)
        self._modes.insert(new)
