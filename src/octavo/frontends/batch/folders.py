"""Where batches keep the folders that tasks work in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping


def batch_folder(environ: Mapping[str, str], name: str) -> str:
    """In the user's cache, which no sandbox may write as a whole; in the temporary folder where there is no home."""
    home = environ.get("HOME") or tempfile.gettempdir()
    cache = environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(os.path.realpath(cache), "octavo", "batch", name)
