"""How the work tree differs from what a remote has (`docs/rollouts.md`).

The base is the newest commit of the current line of work that a remote knows: the
smallest number of local commits on top of it wins.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

import msgspec

from octavo.git.foreign_programs import programs_off
from octavo.git.run import GitError, run_git

_DIFF = ("diff", "--no-textconv", "--no-ext-diff", "--submodule=short", "--ignore-submodules=dirty")


class DiffToRemote(msgspec.Struct, frozen=True):
    """The commit that the diff starts from, and a unified diff to the work tree, untracked files included."""

    sha: str
    diff: str


async def diff_to_remote(cwd: str) -> DiffToRemote:
    """Find the base and make the diff; each git command may take five seconds.

    Raises `GitError` with no more than the fact: callers word it.
    """
    if await _ask(cwd, "rev-parse", "--is-inside-work-tree") != "true":
        raise GitError("not inside a git work tree")
    remotes = await _remotes(cwd)
    base: tuple[int, str] | None = None
    for branch in await _candidates(cwd, remotes):
        found = await _distance(cwd, branch, remotes)
        if found and (base is None or found[0] < base[0]):
            base = found
    if base is None:
        raise GitError("no remote has a commit of this branch")
    return DiffToRemote(base[1], await _diff(cwd, base[1]))


async def _ask(cwd: str, *args: str) -> str | None:
    result = await run_git(args, cwd)
    return result.text if result.code == 0 else None


async def _remotes(cwd: str) -> list[str]:
    names = (await _ask(cwd, "remote") or "").split("\n")
    return sorted(filter(None, names), key=lambda name: name != "origin")


async def _candidates(cwd: str, remotes: list[str]) -> list[str]:
    """Branch names to look for on the remotes, the likeliest first."""
    names: list[str] = []
    current = await _ask(cwd, "rev-parse", "--abbrev-ref", "HEAD")
    if current and current != "HEAD":
        names.append(current)
    default = await _default_branch(cwd, remotes)
    if default:
        names.append(default)
    for remote in remotes:
        listed = await _ask(
            cwd, "for-each-ref", "--format=%(refname:strip=3)", "--contains=HEAD", f"refs/remotes/{remote}"
        )
        names += (name for name in (listed or "").split("\n") if name and name != "HEAD")
    return list(dict.fromkeys(names))


async def _default_branch(cwd: str, remotes: list[str]) -> str | None:
    for remote in remotes:
        prefix = f"refs/remotes/{remote}/"
        target = await _ask(cwd, "symbolic-ref", "--quiet", f"{prefix}HEAD")
        if target and target.startswith(prefix):
            return target.removeprefix(prefix)
    asking = {**await programs_off(cwd), "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"} if remotes else {}
    for remote in remotes:
        # The program at the other end is named here: the configuration may name any.
        args = ("ls-remote", "--symref", "--upload-pack=git-upload-pack", "--", remote, "HEAD")
        shown = await run_git(args, cwd, variables=asking)
        for line in (shown.text if shown.code == 0 else "").split("\n"):
            target, _, name = line.partition("\t")
            if name == "HEAD" and target.startswith("ref: refs/heads/"):
                return target.removeprefix("ref: refs/heads/")
    for name in ("main", "master"):
        if await _ask(cwd, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}") is not None:
            return name
    return None


async def _distance(cwd: str, branch: str, remotes: list[str]) -> tuple[int, str] | None:
    """How many commits HEAD is ahead of the branch on the first remote that has it, and that commit."""
    for remote in remotes:
        sha = await _ask(cwd, "rev-parse", "--verify", "--quiet", f"refs/remotes/{remote}/{branch}^{{commit}}")
        if sha:
            count = await _ask(cwd, "rev-list", "--count", f"{sha}..HEAD")
            return (int(count), sha) if count else None
    return None


async def _diff(cwd: str, sha: str) -> str:
    variables = await programs_off(cwd)
    tracked = await run_git((*_DIFF, sha), cwd, variables=variables)
    listed = await run_git(("ls-files", "--others", "--exclude-standard", "-z"), cwd)
    if tracked.code not in (0, 1) or listed.code:
        raise GitError("git diff failed")
    parts = [tracked.stdout]
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    for start in range(0, len(names), 8):  # a few at a time: a work tree may hold thousands
        new = await asyncio.gather(*(_new_file(cwd, name, variables) for name in names[start : start + 8]))
        parts += new
    return b"".join(parts).decode("utf-8", "replace")


async def _new_file(cwd: str, name: str, variables: Mapping[str, str]) -> bytes:
    args = (*_DIFF, "--no-index", "--binary", "--", "/dev/null", name)
    result = await run_git(args, cwd, variables=variables)
    if result.code not in (0, 1):
        raise GitError("git diff failed")
    return result.stdout
