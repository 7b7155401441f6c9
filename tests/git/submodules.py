"""A repository inside of a repository, which names a program that git would run on its files."""

from __future__ import annotations

import os
from pathlib import Path

from work_trees import git, repository, write


def add_trapped(repo: Path, mark: Path, name: str = "sub") -> Path:
    """Adds a submodule in which a file changes; whoever looks at that file with git leaves a mark."""
    sub = repository(repo / name, {"b": "b\n"})
    git(sub, "config", "filter.trap.clean", f"touch '{mark}'; cat")
    write(sub, {".git/info/attributes": "* filter=trap\n"})
    git(repo, "add", name)
    git(repo, "commit", "-q", "-m", "submodule")
    write(sub, {"b": "c\n"})  # which only shows when the content is looked at
    os.utime(sub / "b", (1, 1))
    mark.unlink(missing_ok=True)
    return sub


def move_on(sub: Path, mark: Path) -> str:
    """Makes a commit in the submodule; its id."""
    git(sub, "commit", "-q", "--allow-empty", "-m", "next")
    mark.unlink(missing_ok=True)
    return git(sub, "rev-parse", "HEAD")
