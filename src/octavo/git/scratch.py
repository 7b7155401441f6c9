"""Work trees for a while: of a commit, without a branch, gone when they are not needed any more (`docs/batch.md`)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.git.run import GitError, checked_git, run_git

_LONGEST_S = 3600.0
_TRANSPORTS = "file:git:http:https:ssh"


async def top_of(folder: str) -> str | None:
    """The top of the checkout around `folder`; None outside of one."""
    result = await run_git(("rev-parse", "--show-toplevel"), folder)
    return os.fsdecode(result.stdout).removesuffix("\n") if result.code == 0 else None


async def commit_of(repository: str, name: str) -> str:
    """The full hash of a commit. Raises `GitError`."""
    result = await run_git(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"), repository)
    if result.code:
        raise GitError(f"{repository} has no commit {name}")
    return result.text


async def add_tree(repository: str, commit: str, path: str, variables: Mapping[str, str]) -> None:
    """A linked work tree of a commit at a new `path`; `variables` are those of `programs_off`. Raises `GitError`."""
    words = ("worktree", "add", "--quiet", "--detach", path, commit)
    await checked_git(words, repository, seconds=_LONGEST_S, variables=variables)


async def clone_commit(repository: str, commit: str, path: str) -> None:
    """A repository of its own at a new `path` that has the commit checked out and shares objects. Raises `GitError`.

    `repository` is a folder of this machine. What git does in the clone changes nothing there.
    """
    words = ("clone", "--quiet", "--shared", "--no-checkout", "--", os.path.abspath(repository), path)
    await checked_git(words, os.path.dirname(path), seconds=_LONGEST_S, variables={"GIT_ALLOW_PROTOCOL": "file"})
    await checked_git(("checkout", "--quiet", "--detach", commit), path, seconds=_LONGEST_S)


async def fetch_repository(url: str, path: str) -> None:
    """A bare copy of what stands at an address that the user names, with all of its branches. Raises `GitError`."""
    words = ("clone", "--quiet", "--bare", "--", url, path)
    allowed = {"GIT_ALLOW_PROTOCOL": _TRANSPORTS}
    await checked_git(words, os.path.dirname(path), seconds=_LONGEST_S, variables=allowed)
