"""`octavo worktree list`, `merge` and `remove` (`docs/worktrees.md`)."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from octavo.cli import start
from octavo.cli.visible import one_line, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.git.worktrees import Worktree, list_worktrees, merge_worktree, remove_worktree
from octavo.protocol.json_text import readable_json


def list_all(invocation: Invocation) -> int:
    """One line each: name, state and folder, with tabs between; or JSON."""
    trees = asyncio.run(list_worktrees(start.working_directory()))
    if invocation.last.has("json"):
        rows = [{**msgspec.structs.asdict(tree), "branch": tree.branch} for tree in trees]
        sys.stdout.write(readable_json(rows))
    elif not trees:
        sys.stderr.write("No worktrees of octavo in this repository.\n")
    else:
        for tree in trees:
            sys.stdout.write(f"{tree.name}\t{_state(tree)}\t{one_line(with_tilde(tree.path))}\n")
    return 0


def merge(invocation: Invocation) -> int:
    """Merge it and say what came."""
    name = invocation.last.text("NAME") or ""
    tree = asyncio.run(merge_worktree(start.working_directory(), name))
    what = _state(tree) if tree.changed or tree.ahead else "nothing new"
    sys.stdout.write(f"Merged {tree.branch}: {what}. Remove the worktree with: octavo worktree remove {name}\n")
    return 0


def remove(invocation: Invocation) -> int:
    """Remove it and say what is kept."""
    name = invocation.last.text("NAME") or ""
    is_gone = asyncio.run(remove_worktree(start.working_directory(), name))
    kept = "" if is_gone else f"; the branch octavo/{name} stays, since it was not merged here"
    sys.stdout.write(f"Removed worktree {name}{kept}.\n")
    return 0


def _state(tree: Worktree) -> str:
    parts = [f"changed files: {tree.changed}"] if tree.changed else []
    if tree.ahead:
        parts.append(f"commits: {tree.ahead}")
    return ", ".join(parts) or "unchanged"
