"""The checkout of a repository that a session works in (`docs/rollouts.md`)."""

# Annotations are types here, not texts: a text would be compiled when the class is made, at every start.
from typing import TypedDict


class GitInfo(TypedDict, total=False):
    """A key is absent when its value is not known (no commit yet, detached, no remote)."""

    commit_hash: str
    branch: str
    repository_url: str
