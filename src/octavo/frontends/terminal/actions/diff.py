"""`/diff`: what git says has changed, new files included, in its own colours (`docs/terminal-views.md`, "Diff")."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from octavo.git.foreign_programs import programs_off
from octavo.git.repository import may_be_repository
from octavo.git.run import GitError, checked_git, run_git

NO_REPOSITORY = "This folder is not in a git repository."
NO_CHANGE = "Nothing has changed."

_DIFF = ("diff", "--color", "--no-textconv", "--no-ext-diff", "--submodule=short", "--ignore-submodules=dirty")
_AT_A_TIME = 8
_SECONDS = 30.0


async def changes(cwd: str) -> str:
    """The diff of the work tree around `cwd` against the index, then each file that git does not know yet.

    Paths are those below the repository; without any change or repository the text says so. Programs that the
    repository names do not run. Raises `GitError`.
    """
    if not may_be_repository(cwd) or (await run_git(("rev-parse", "--is-inside-work-tree"), cwd)).text != "true":
        return NO_REPOSITORY
    variables = await programs_off(cwd)
    tracked = await run_git(_DIFF, cwd, seconds=_SECONDS, variables=variables)
    if tracked.code not in (0, 1):
        raise GitError(f"git diff: {tracked.stderr.decode('utf-8', 'replace').strip() or f'exit code {tracked.code}'}")
    listed = await checked_git(("ls-files", "--others", "--exclude-standard", "-z"), cwd, seconds=_SECONDS)
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    parts = [tracked.stdout]
    for start in range(0, len(names), _AT_A_TIME):
        some = names[start : start + _AT_A_TIME]
        parts += await asyncio.gather(*(_new_file(cwd, name, variables) for name in some))
    return b"".join(parts).decode("utf-8", "replace") or NO_CHANGE


async def _new_file(cwd: str, name: str, variables: Mapping[str, str]) -> bytes:
    args = (*_DIFF, "--no-index", "--", "/dev/null", name)
    return (await run_git(args, cwd, seconds=_SECONDS, variables=variables)).stdout
