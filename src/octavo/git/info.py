"""Which commit, branch and remote a session starts from (`docs/rollouts.md`).

The answers are git's own words. Outside a repository no process is started.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from octavo.git.run import GitResult


class GitInfo(TypedDict, total=False):
    """The checkout; a key is absent when its value is not known (no commit yet, detached, no remote)."""

    commit_hash: str
    branch: str
    repository_url: str


async def git_info(cwd: str) -> GitInfo | None:
    """The facts of the repository around `cwd`; None outside of one. Each question may take five seconds."""
    if not may_be_repository(cwd):
        return None
    import asyncio

    from octavo.git.run import run_git  # outside a repository nobody pays for it

    both, url = await asyncio.gather(
        run_git(("rev-parse", "HEAD", "--abbrev-ref", "HEAD"), cwd), run_git(("remote", "get-url", "origin"), cwd)
    )
    lines = both.text.split("\n")
    if both.code == 0 and len(lines) == 2:
        commit_hash, branch_name = lines
    else:
        # A repository without a commit, or none after all. Only then are three questions needed.
        folder, commit, branch = await asyncio.gather(
            run_git(("rev-parse", "--git-dir"), cwd),
            run_git(("rev-parse", "HEAD"), cwd),
            run_git(("rev-parse", "--abbrev-ref", "HEAD"), cwd),
        )
        if folder.code:
            return None
        commit_hash, branch_name = _answer(commit), _answer(branch)
    info = GitInfo()
    if commit_hash:
        info["commit_hash"] = commit_hash
    if branch_name and branch_name != "HEAD":
        info["branch"] = branch_name
    if address := _answer(url):
        info["repository_url"] = address
    return info


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


def _answer(result: GitResult) -> str:
    return result.text.strip() if result.code == 0 else ""
