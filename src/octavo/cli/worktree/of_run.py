"""The work tree that `exec --worktree` runs in (`docs/worktrees.md`)."""

from __future__ import annotations

import asyncio
import os
import sys

from octavo.cli.visible import one_line
from octavo.git.worktrees import find_checkout, open_worktree
from octavo.protocol.ids import ConversationId


def folder_in_worktree(cwd: str, name: str | None, session_id: ConversationId) -> str:
    """The folder that stands for `cwd` in the work tree of this name, else one named after the session.

    The user is told where that is. Raises `GitError`.
    """
    return asyncio.run(_folder(cwd, session_id.rpartition("-")[2] if name is None else name))


async def _folder(cwd: str, name: str) -> str:
    checkout = await find_checkout(cwd)
    tree = await open_worktree(cwd, name)
    below = os.path.relpath(os.path.realpath(cwd), os.path.realpath(checkout.top))
    folder = os.path.normpath(os.path.join(tree.path, below))
    if not os.path.isdir(folder):
        folder = tree.path
    sys.stderr.write(f"Working in worktree {name}: {one_line(folder)}\nBring it back: octavo worktree merge {name}\n")
    return folder
