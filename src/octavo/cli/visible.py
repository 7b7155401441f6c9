"""Text of others on the user's terminal."""

from __future__ import annotations

import os

from octavo.frontends.shown_text import one_line, visible

__all__ = ["one_line", "visible", "with_tilde"]


def with_tilde(path: str) -> str:
    """A path below the home folder as people write it."""
    home = os.environ.get("HOME", "").rstrip("/")
    if home and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path
