"""`exec` works without supervision, so it wants to be where changes can be undone: in a repository."""

from __future__ import annotations

import os


def is_in_repository(folder: str) -> bool:
    """Whether the folder or one above it holds anything named `.git` (`docs/exec.md`, "Repositories")."""
    folder = os.path.abspath(folder)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
