"""Files that are pictures, and their sizes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable

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
