"""Applying a diff from elsewhere to the work tree (`docs/cloud.md`)."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from octavo.git.foreign_programs import programs_off
from octavo.git.run import GitError, run_git


class ApplyResult(msgspec.Struct, frozen=True):
    """How many files were changed, left alone, and left with conflicts; `said` is git's own output."""

    is_success: bool
    applied: int
    skipped: int
    conflicts: int
    stdout: str
    stderr: str


async def apply_three_way(diff: str, folder: str, settings: Sequence[str] = ()) -> ApplyResult:
    """Apply a diff at the top of the repository around `folder`; what does not fit is merged, or marked as a conflict.

    `settings` are `key=value` pairs of git's configuration for this run. Programs that the repository's own
    configuration names are not run. Raises `GitError` outside of a repository.
    """
    import tempfile  # rarely needed

    top = await run_git(["rev-parse", "--show-toplevel"], folder)
    if top.code:
        said = top.stderr.decode("utf-8", "replace").strip()
        raise GitError(f"not a git repository (exit {top.code}): {said}")
    root = os.fsdecode(top.stdout.removesuffix(b"\n"))
    options = [word for setting in settings for word in ("-c", setting)]
    variables = await programs_off(root)
    with tempfile.NamedTemporaryFile(prefix="octavo-", suffix=".diff") as file:
        file.write(diff.encode("utf-8", "surrogateescape"))
        file.flush()
        args = ["apply", "--3way", file.name]
        done = await run_git(args, root, seconds=None, options=options, variables=variables)
    stdout, stderr = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return _counted(done.code == 0, stdout, stderr)


def _counted(is_success: bool, stdout: str, stderr: str) -> ApplyResult:
    import re

    text = f"{stdout}\n{stderr}"
    applied = set(re.findall(r"^Applied patch (?:to )?'?(.+?)'? cleanly\.$", text, re.MULTILINE))
    conflicts = set(re.findall(r"^U (.+)$", text, re.MULTILINE))
    conflicts |= set(re.findall(r"^Applied patch to '(.+)' with conflicts\.$", text, re.MULTILINE))
    failed = re.findall(r"^error: (?:patch failed: (.+):\d+|([^:\n]+): .+)$", text, re.MULTILINE)
    skipped = {one or other for one, other in failed} - conflicts
    return ApplyResult(is_success, len(applied - conflicts - skipped), len(skipped), len(conflicts), stdout, stderr)
