"""Files that are pictures: the ways in which a pasted text names one, and their sizes."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator

import msgspec

Size = tuple[int, int]
ReadSize = Callable[[str], Size | None]
"""Width and height of the picture at a path, None when there is none that can be read."""

EXTENSIONS = (".png", ".jpg", ".jpeg")


class Found(msgspec.Struct, frozen=True):
    """A picture with its size."""

    path: str
    size: Size

    @property
    def label(self) -> str:
        """What stands for it in the draft."""
        name = "".join(c if c.isprintable() else "?" for c in os.path.basename(self.path))
        return f"[{name} {self.size[0]}x{self.size[1]}]"


def picture_size(path: str) -> Size | None:
    """Its width and height; only the head of the file is read, and never a pipe or a device."""
    from octavo.files.plain_file import open_plain

    try:
        with open_plain(path) as file:
            return _size(file)
    except (OSError, ValueError):
        return None


def _size(file: object) -> Size | None:
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(file) as image:  # type: ignore[arg-type]
            warnings.simplefilter("ignore")  # a warning would be written over the screen
            return image.size
    except Exception:  # what the readers of the many formats raise for a broken picture is not told anywhere
        return None


def named_pictures(text: str, folder: str, read_size: ReadSize = picture_size) -> list[Found]:
    """The pictures that a text names, when it names nothing else: a path as it is, paths quoted or escaped as for a
    shell, `file://` addresses, paths of Windows. Relative ones begin at `folder`."""
    for paths in _spellings(text.strip()):
        found: list[Found] = []
        for path in (os.path.join(folder, path) for path in paths):
            size = read_size(path)
            if size is None:
                break  # text like most: no other file is looked at
            found.append(Found(path, size))
        if found and len(found) == len(paths):
            return found
    return []


def _spellings(text: str) -> Iterator[list[str]]:
    import shlex

    if not text or "\0" in text or "\n" in text:
        return
    yield [_plain_path(text)]
    try:
        words = shlex.split(text)
    except ValueError:
        return
    yield [_plain_path(word) for word in words]


def _plain_path(text: str) -> str:
    if text.lower().startswith("file://"):
        from urllib.parse import unquote

        return unquote(re.sub(r"^[^/]*", "", text[len("file://") :]))
    if match := re.fullmatch(r"([A-Za-z]):[\\/](.*)", text):  # a drive, as the Windows subsystem shows it
        return f"/mnt/{match[1].lower()}/" + match[2].replace("\\", "/")
    if match := re.fullmatch(r"\\\\wsl(?:\$|\.localhost)\\[^\\]+(\\.*)", text, re.IGNORECASE):
        return match[1].replace("\\", "/")
    return os.path.expanduser(text) if text.startswith("~/") else text
