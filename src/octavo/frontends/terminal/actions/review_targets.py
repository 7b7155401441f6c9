"""What a review can be asked about: branches and commits of the repository (`docs/review.md`, "Choosing")."""

from __future__ import annotations

from octavo.frontends.terminal.views.review_picker import Commit
from octavo.git.repository import may_be_repository
from octavo.git.run import GitError, checked_git, run_git

MOST_COMMITS = 100
_FIRST = ("main", "master")


async def local_branches(cwd: str) -> tuple[str | None, list[str]]:
    """The branch of now, None when detached, and all local ones: the usual base first, then by name.

    Raises `GitError`.
    """
    _check(cwd)
    current = await run_git(("symbolic-ref", "--quiet", "--short", "HEAD"), cwd)
    listed = await checked_git(("for-each-ref", "refs/heads", "--format=%(refname:short)"), cwd)
    names = sorted(filter(None, listed.text.split("\n")), key=lambda name: (name not in _FIRST, name))
    return (current.text or None) if current.code == 0 else None, names


async def last_commits(cwd: str) -> list[Commit]:
    """The last hundred commits of the present line of work, the newest first; none before the first commit.

    Raises `GitError`.
    """
    _check(cwd)
    if (await run_git(("rev-parse", "--verify", "--quiet", "HEAD"), cwd)).code == 1:
        return []
    listed = await checked_git(("log", f"--max-count={MOST_COMMITS}", "--format=%H%x00%s"), cwd)
    pairs = (row.split("\0", 1) for row in listed.text.split("\n") if "\0" in row)
    return [Commit(sha, subject) for sha, subject in pairs]


def _check(cwd: str) -> None:
    if not may_be_repository(cwd):
        raise GitError("this folder is not in a git repository")
