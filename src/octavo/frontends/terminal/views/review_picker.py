"""`/review`: what is to be looked at (`docs/review.md`, "Choosing")."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from octavo.frontends.terminal.effects import ListBranches, ListCommits, Operate
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList
from octavo.frontends.terminal.views.view import View

_FINDINGS = "Report the problems that are worth fixing, the gravest first, each with the place in the code."


class Commit(NamedTuple):
    """A commit and the first line of its message."""

    sha: str
    subject: str


def review_picker() -> SelectionList:
    """The four kinds of review. Lists of branches and commits are asked for and opened over this one."""
    changes = f"Review the changes that are not committed: staged, unstaged and untracked files. {_FINDINGS}"
    choices = (
        Choice(Option("Against a base branch", "as in a pull request"), (ListBranches(),), keeps=True),
        Choice(Option("What is not committed"), (_start(changes, "current changes"),)),
        Choice(Option("A commit"), (ListCommits(),), keeps=True),
        Choice(Option("By instructions of your own"), opens=_instructions),
    )
    return SelectionList("What is to be reviewed?", choices)


def branch_list(current: str | None, branches: Sequence[str]) -> SelectionList:
    """The local branches to compare with; `current` is None on a detached head."""
    here = current if current is not None else "(detached HEAD)"
    choices = [Choice(Option(f"{here} -> {branch}"), (_against(branch),)) for branch in branches]
    return SelectionList("Which base branch?", choices, search="type to search branches")


def commit_list(commits: Sequence[Commit]) -> SelectionList:
    """The last commits, the newest first; the search looks at subjects and hashes."""
    choices = [Choice(Option(commit.subject), (_of_commit(commit),), search=commit.sha) for commit in commits]
    return SelectionList("Which commit?", choices, search="type to search commits")


def _against(branch: str) -> Operate:
    quoted = shlex.quote(branch)
    prompt = (
        f"Review what this branch changes compared with the base branch '{branch}'. Find where it left that branch "
        f"with `git merge-base HEAD {quoted}`, or with the branch's upstream where that is further on, and look at "
        f"`git diff` from there. {_FINDINGS}"
    )
    return _start(prompt, f"changes against '{branch}'")


def _of_commit(commit: Commit) -> Operate:
    prompt = f'Review the changes that commit {commit.sha} ("{commit.subject}") makes. {_FINDINGS}'
    return _start(prompt, f"commit {commit.sha[:7]}")


def _instructions() -> View:
    return Note("What should the review look at?", "type instructions, enter to start", _by_instructions)


def _by_instructions(text: str) -> tuple[Operate, ...] | None:
    return (_start(text.strip(), text.strip()),) if text.strip() else None


def _start(prompt: str, hint: str) -> Operate:
    from octavo.protocol.ops import Review
    from octavo.protocol.review import ReviewRequest

    return Operate(Review(ReviewRequest(prompt, hint)))
