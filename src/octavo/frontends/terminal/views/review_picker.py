"""`/review`: what is to be looked at (`docs/review.md`, "Choosing")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from octavo.frontends import review_requests
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.shows import ListBranches, ListCommits
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList
from octavo.frontends.terminal.views.view import View
from octavo.protocol.review import ReviewRequest


class Commit(NamedTuple):
    """A commit and the first line of its message."""

    sha: str
    subject: str


def review_picker() -> SelectionList:
    """The four kinds of review. Lists of branches and commits are asked for and opened over this one."""
    choices = (
        Choice(Option("Against a base branch", "as in a pull request"), (ListBranches(),), keeps=True),
        Choice(Option("What is not committed"), (_start(review_requests.of_changes()),)),
        Choice(Option("A commit"), (ListCommits(),), keeps=True),
        Choice(Option("By instructions of your own"), opens=_instructions),
    )
    return SelectionList("What is to be reviewed?", choices)


def branch_list(current: str | None, branches: Sequence[str]) -> SelectionList:
    """The local branches to compare with; `current` is None on a detached head."""
    here = current if current is not None else "(detached HEAD)"
    choices = [
        Choice(Option(f"{here} -> {branch}"), (_start(review_requests.against_branch(branch)),)) for branch in branches
    ]
    return SelectionList("Which base branch?", choices, search="type to search branches")


def commit_list(commits: Sequence[Commit]) -> SelectionList:
    """The last commits, the newest first; the search looks at subjects and hashes."""
    choices = [
        Choice(
            Option(commit.subject),
            (_start(review_requests.of_commit(commit.sha, commit.subject)),),
            search=commit.sha,
        )
        for commit in commits
    ]
    return SelectionList("Which commit?", choices, search="type to search commits")


def _instructions() -> View:
    return Note("What should the review look at?", "type instructions, enter to start", _by_instructions)


def _by_instructions(text: str) -> tuple[Operate, ...] | None:
    return (_start(review_requests.by_instructions(text.strip())),) if text.strip() else None


def _start(request: ReviewRequest) -> Operate:
    from octavo.protocol.ops import Review

    return Operate(Review(request))
