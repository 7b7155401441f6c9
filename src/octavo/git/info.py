"""Which commit, branch and remote a session starts from (`docs/rollouts.md`).

The answers are git's own words. Outside a repository no process is started.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from octavo.git.repository import may_be_repository
from octavo.protocol.checkout import GitInfo

if TYPE_CHECKING:
    import subprocess

    from octavo.git.run import GitResult


_FATAL = 128
"""With this git ends when it cannot say what it was asked for."""


class Questions(msgspec.Struct, frozen=True):
    """The usual questions, on their way to git."""

    commit_and_branch: subprocess.Popen[bytes] | GitResult
    url: subprocess.Popen[bytes] | GitResult


def ask_git(cwd: str) -> Questions | None:
    """Ask, without waiting for the answers; None outside of a repository."""
    if not may_be_repository(cwd):
        return None
    from octavo.git.run import start_all  # outside a repository nobody pays for it

    return Questions(*start_all(cwd, ("rev-parse", "HEAD", "--abbrev-ref", "HEAD"), ("remote", "get-url", "origin")))


async def git_info(cwd: str, asked: Questions | None = None) -> GitInfo | None:
    """The facts of the repository around `cwd`; None outside of one. Each question may take five seconds.

    `asked` are questions that `ask_git` put before, while there was other work to do.
    """
    questions = asked or ask_git(cwd)
    if questions is None:
        return None
    import asyncio

    from octavo.git.run import finish_git, start_all

    both, url = await asyncio.gather(*map(finish_git, (questions.commit_and_branch, questions.url)))
    lines = both.text.split("\n")
    if both.code == 0 and len(lines) == 2:
        commit_hash, branch_name = lines
    elif both.code == _FATAL and lines == ["HEAD"]:  # git has found the repository, and no commit in it
        commit_hash = branch_name = ""
    else:
        # Perhaps no repository after all. Only then are three questions needed.
        single = ("--git-dir",), ("HEAD",), ("--abbrev-ref", "HEAD")
        asked_again = start_all(cwd, *(("rev-parse", *words) for words in single))
        folder, commit, branch = await asyncio.gather(*map(finish_git, asked_again))
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


def early_git_info(cwd: str) -> Callable[[str], Awaitable[GitInfo | None]]:
    """`git_info` for later, with the questions about `cwd` put now: git works while there are other things to do."""
    early = [(cwd, asked)] if (asked := ask_git(cwd)) else []

    async def later(folder: str) -> GitInfo | None:
        if early and early[0][0] == folder:
            return await git_info(folder, early.pop()[1])
        return await git_info(folder)

    return later


def _answer(result: GitResult) -> str:
    return result.text.strip() if result.code == 0 else ""
