"""Whether a folder lies in a repository, as far as that can be seen without asking git."""

from __future__ import annotations

import os


def may_be_repository(cwd: str) -> bool:
    """Whether `cwd` or a folder above it holds `.git` or is a repository without a work tree."""
    folder = os.path.abspath(cwd)
    while True:
        if os.path.lexists(os.path.join(folder, ".git")) or _is_bare(folder):
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent


def _is_bare(folder: str) -> bool:
    return all(os.path.exists(os.path.join(folder, name)) for name in ("HEAD", "objects", "refs"))
