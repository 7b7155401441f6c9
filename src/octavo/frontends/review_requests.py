"""The usual reviews, in words for the reviewer (`docs/review.md`, "Choosing")."""

from __future__ import annotations

import shlex

from octavo.protocol.review import ReviewRequest

_FINDINGS = "Report the problems that are worth fixing, the gravest first, each with the place in the code."


def of_changes() -> ReviewRequest:
    """What is not committed."""
    prompt = f"Review the changes that are not committed: staged, unstaged and untracked files. {_FINDINGS}"
    return ReviewRequest(prompt, "current changes")


def against_branch(branch: str) -> ReviewRequest:
    """What this branch changes, as in a pull request."""
    quoted = shlex.quote(branch)
    prompt = (
        f"Review what this branch changes compared with the base branch '{branch}'. Find where it left that branch "
        f"with `git merge-base HEAD {quoted}`, or with the branch's upstream where that is further on, and look at "
        f"`git diff` from there. {_FINDINGS}"
    )
    return ReviewRequest(prompt, f"changes against '{branch}'")


def of_commit(sha: str, subject: str | None = None) -> ReviewRequest:
    """What one commit changes; `subject` is the first line of its message."""
    name = sha if subject is None else f'{sha} ("{subject}")'
    return ReviewRequest(f"Review the changes that commit {name} makes. {_FINDINGS}", f"commit {sha[:7]}")


def by_instructions(words: str) -> ReviewRequest:
    """What the user says."""
    return ReviewRequest(words, words)
