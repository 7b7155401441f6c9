"""What comes into the draft besides keys: pastes, pictures that they name, files of the popup, the clipboard."""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.composer.draft import Draft, Picture
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modes import Modes
from octavo.frontends.terminal.composer.paste import attached, pasted
from octavo.frontends.terminal.composer.pictures import EXTENSIONS, Found, ReadSize


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
