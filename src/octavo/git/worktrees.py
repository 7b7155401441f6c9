"""Work trees of their own for agents: made, listed, merged back, removed (`docs/worktrees.md`).

The tree NAME of the checkout `.../PROJECT` stands in `.../PROJECT.worktrees/NAME`, on the branch
`octavo/NAME`. Nothing is ever lost: a merge that conflicts is taken back, and a tree with changes
that no commit holds is not removed.
"""

from __future__ import annotations

import os
import re

import msgspec

from octavo.git.foreign_programs import programs_off
from octavo.git.run import GitError, checked_git, run_git

BRANCH = "octavo/"
_LONGEST_S = 600.0
_OWN_IDENTITY = {
    "GIT_AUTHOR_NAME": "Octavo",
    "GIT_AUTHOR_EMAIL": "octavo@localhost",
    "GIT_COMMITTER_NAME": "Octavo",
    "GIT_COMMITTER_EMAIL": "octavo@localhost",
}


class Worktree(msgspec.Struct, frozen=True):
    """A work tree of ours. `changed` are its files without a commit, `ahead` its commits that the checkout lacks."""

    name: str
    path: str
    changed: int = 0
    ahead: int = 0

    @property
    def branch(self) -> str:
        """The branch that it is on."""
        return BRANCH + self.name


class Checkout(msgspec.Struct, frozen=True):
    """The checkout around a folder: its own top, and where work trees of its repository stand."""

    top: str
    folder: str


async def find_checkout(cwd: str) -> Checkout:
    """The checkout around `cwd`. Raises `GitError` outside of one, and where there is no commit yet."""
    result = await run_git(("rev-parse", "--show-toplevel", "--git-common-dir"), cwd)
    lines = os.fsdecode(result.stdout).removesuffix("\n").split("\n")
    if result.code or len(lines) != 2:
        raise GitError("a worktree needs a git repository, and there is none here")
    common = os.path.realpath(os.path.join(cwd, lines[1]))
    main = os.path.dirname(common) if os.path.basename(common) == ".git" else common
    return Checkout(lines[0], main + ".worktrees")


async def open_worktree(cwd: str, name: str) -> Worktree:
    """The work tree of this name, made from the last commit unless it is there. Raises `GitError`."""
    _check_name(name)
    checkout = await find_checkout(cwd)
    tree = Worktree(name, os.path.join(checkout.folder, name))
    if tree.name in {one.name for one in await _ours(checkout)}:
        return tree
    if os.path.lexists(tree.path):
        raise GitError(f"{tree.path} is there already and is no worktree of ours; choose another name")
    if (await run_git(("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), checkout.top)).code:
        raise GitError("a worktree needs a commit to start from, and this repository has none yet")
    known = await run_git(("rev-parse", "--verify", "--quiet", f"refs/heads/{tree.branch}"), checkout.top)
    start = (tree.path, tree.branch) if known.code == 0 else ("-b", tree.branch, "--no-track", tree.path, "HEAD")
    variables = await programs_off(checkout.top)
    await checked_git(("worktree", "add", "--quiet", *start), checkout.top, seconds=_LONGEST_S, variables=variables)
    return tree


async def list_worktrees(cwd: str) -> list[Worktree]:
    """All of ours of this repository, by name. Raises `GitError`."""
    checkout = await find_checkout(cwd)
    return [await _with_state(checkout, tree) for tree in await _ours(checkout)]


async def merge_worktree(cwd: str, name: str) -> Worktree:
    """Commit what the work tree holds and merge its branch into the checkout around `cwd`; how it was before.

    Raises `GitError`: a merge that conflicts is taken back, and one that git refuses does not begin.
    """
    checkout = await find_checkout(cwd)
    tree = await _with_state(checkout, await _named(checkout, name))
    if os.path.realpath(checkout.top) == os.path.realpath(tree.path):
        raise GitError("this is the worktree itself; merge it from the checkout that is to have its work")
    if tree.changed:
        await _commit(tree)
    variables = await programs_off(checkout.top) | await _identity(checkout.top)
    words = ("merge", "--quiet", "--no-edit", "--no-verify", "--no-gpg-sign", tree.branch)
    result = await run_git(words, checkout.top, seconds=_LONGEST_S, variables=variables)
    if result.code == 0:
        return tree
    if (await run_git(("rev-parse", "--verify", "--quiet", "MERGE_HEAD"), checkout.top)).code:
        said = result.stderr.decode("utf-8", "replace").strip() or result.text
        raise GitError(f"git merge: {said}")
    unmerged = await run_git(("diff", "--name-only", "--diff-filter=U", "-z"), checkout.top, variables=variables)
    await checked_git(("merge", "--abort"), checkout.top, seconds=_LONGEST_S, variables=variables)
    names = ", ".join(os.fsdecode(one) for one in unmerged.stdout.split(b"\0") if one)
    raise GitError(f"both sides changed {names}; nothing was merged. By hand: git merge {tree.branch}")


async def remove_worktree(cwd: str, name: str) -> bool:
    """Remove a work tree without changes; whether its branch is gone too, which it is if all of it was merged.

    Raises `GitError` where something would be lost.
    """
    checkout = await find_checkout(cwd)
    tree = await _with_state(checkout, await _named(checkout, name))
    if tree.changed:
        raise GitError(
            f"worktree {name} has changes that no commit holds ({tree.changed}); it stays. "
            f"Bring them here: octavo worktree merge {name}"
        )
    variables = await programs_off(checkout.top)
    await checked_git(("worktree", "remove", tree.path), checkout.top, seconds=_LONGEST_S, variables=variables)
    if tree.ahead:
        return False
    return (await run_git(("branch", "--quiet", "-d", tree.branch), checkout.top)).code == 0


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,63}", name) or name.endswith((".", ".lock")):
        raise GitError(f"'{name}' cannot name a worktree: letters, digits, '-', '_' and '.' can, 64 at most")


async def _named(checkout: Checkout, name: str) -> Worktree:
    for tree in await _ours(checkout):
        if tree.name == name:
            return tree
    raise GitError(f"there is no worktree {name}; see octavo worktree list")


async def _ours(checkout: Checkout) -> list[Worktree]:
    """Those that git knows in our folder, and that are there."""
    result = await checked_git(("worktree", "list", "--porcelain", "-z"), checkout.top)
    fields = [os.fsdecode(field) for field in result.stdout.split(b"\0")]
    paths = [field.removeprefix("worktree ") for field in fields if field.startswith("worktree ")]
    folder = os.path.realpath(checkout.folder)
    named = sorted(os.path.basename(path) for path in paths if os.path.realpath(os.path.dirname(path)) == folder)
    return [tree for name in named if os.path.isdir((tree := Worktree(name, os.path.join(folder, name))).path)]


async def _with_state(checkout: Checkout, tree: Worktree) -> Worktree:
    variables = await programs_off(tree.path)
    words = ("status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=dirty")
    status = await checked_git(words, tree.path, seconds=_LONGEST_S, variables=variables)
    count = await run_git(("rev-list", "--count", f"HEAD..refs/heads/{tree.branch}"), checkout.top)
    ahead = int(count.text) if count.code == 0 and count.text.isdigit() else 0
    changed = sum(1 for field in status.stdout.split(b"\0") if field[2:3] == b" ")
    return msgspec.structs.replace(tree, changed=changed, ahead=ahead)


async def _commit(tree: Worktree) -> None:
    """Everything that is not ignored becomes a commit of the branch."""
    variables = await programs_off(tree.path) | await _identity(tree.path)
    await checked_git(("add", "--all"), tree.path, seconds=_LONGEST_S, variables=variables)
    staged = await checked_git(("diff", "--cached", "--raw", "-z", "--no-renames"), tree.path, variables=variables)
    fields = [os.fsdecode(field) for field in staged.stdout.split(b"\0")]
    nested = [path for facts, path in zip(fields[::2], fields[1::2], strict=False) if facts.split(" ")[1] == "160000"]
    if nested:
        await checked_git(("reset", "--quiet"), tree.path, seconds=_LONGEST_S, variables=variables)
        raise GitError(f"{', '.join(nested)} is a repository of its own, whose files no commit here can hold; move it")
    words = ("commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", f"Work in the worktree {tree.name}")
    await checked_git(words, tree.path, seconds=_LONGEST_S, variables=variables)


async def _identity(cwd: str) -> dict[str, str]:
    """Who commits, where the user has told git nothing of it."""
    return {} if (await run_git(("var", "GIT_COMMITTER_IDENT"), cwd)).code == 0 else dict(_OWN_IDENTITY)
