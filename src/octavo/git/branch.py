"""Which branch a checkout is on, by its files: no program is started."""

from __future__ import annotations

import os

from octavo.files.plain_file import open_plain

_LONGEST = 4096
_BRANCHES = "ref: refs/heads/"
_SHORT = 7


def branch_of(cwd: str) -> str:
    """The branch of the checkout around the folder, the beginning of a commit's id where there is none.

    Empty outside of repositories, and where its files cannot be read or hold something else.
    """
    folder = os.path.abspath(cwd)
    while not os.path.lexists(git := os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""
    if not os.path.isdir(git):  # a work tree beside the repository, or a submodule
        named = _read(git).removeprefix("gitdir:").strip()
        git = os.path.join(folder, named)
    head = _read(os.path.join(git, "HEAD")).strip()
    if head.startswith(_BRANCHES):
        return head.removeprefix(_BRANCHES)
    return head[:_SHORT] if head and all(sign in "0123456789abcdef" for sign in head) else ""


def _read(path: str) -> str:
    try:
        with open_plain(path) as file:
            return file.read(_LONGEST).decode(errors="replace")
    except (OSError, ValueError):
        return ""
