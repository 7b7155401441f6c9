"""Snapshots of a work tree as commits that no ref names, and the way back (`docs/rollouts.md`).

The user's index, refs and configuration are not touched by a snapshot: it has an
index file and an identity of its own. Files that git does not track and ignores are
not part of it; their names are noted, so that a restore can tell which are new.
Of a submodule the commit that it is at is part of it. Git never looks at its files:
that would run the programs that the submodule's own configuration names.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from octavo.files.real_folder import open_folder, open_listing
from octavo.git.foreign_programs import programs_off
from octavo.git.run import GitError, GitResult, checked_git, run_git
from octavo.protocol.items import GhostCommit

_MESSAGE = "codex snapshot"
_PREFIX_LINE = "folder: "
_IDENTITY = {
    "GIT_AUTHOR_NAME": "Codex Snapshot",
    "GIT_AUTHOR_EMAIL": "snapshot@codex.local",
    "GIT_COMMITTER_NAME": "Codex Snapshot",
    "GIT_COMMITTER_EMAIL": "snapshot@codex.local",
}
_PLAIN_PATHS = {"GIT_LITERAL_PATHSPECS": "1"}
_LONGEST_S = 240.0
"""For one command: git waits for ever where somebody has put a pipe in the place of a file that it reads."""
_SUBMODULE = b"160000 "
_ONE_INDEX_FILE = ("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false")


class _Git(Protocol):
    """Runs a command on the index of the snapshot; paths are just names unless `literal` is false."""

    async def __call__(self, *args: str, literal: bool = True) -> GitResult: ...


class NotARepository(GitError):
    """The folder is in no work tree, so there is nothing to take a snapshot of."""


class _Untracked(msgspec.Struct, frozen=True):
    files: tuple[bytes, ...]
    dirs: tuple[bytes, ...]


async def create_snapshot(cwd: str) -> GhostCommit:
    """Keep the state of the work tree at and below `cwd`.

    Raises `NotARepository` and `GitError`. Cancelling leaves loose objects at most.
    """
    root = await _work_tree(cwd)
    prefix = _below(root, cwd)
    head, untracked = await asyncio.gather(
        run_git(("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), root), _untracked(root, prefix)
    )
    parent = head.text if head.code == 0 else None
    commit = await _commit_work_tree(root, prefix, parent)
    return GhostCommit(
        commit,
        parent,
        tuple(_lossy(path) for path in untracked.files),
        tuple(_lossy(path) for path in untracked.dirs),
    )


async def restore_snapshot(cwd: str, snapshot: GhostCommit) -> None:
    """Bring the folder of the snapshot back to what it was, index included, and remove what is new there.

    Ignored files that were there before stay as they are now. Raises `NotARepository` and `GitError`.
    """
    root = await _work_tree(cwd)
    try:
        top = open_folder(os.path.realpath(root))
    except OSError as error:
        raise GitError(f"the work tree cannot be opened: {error.strerror}: {root}") from None
    try:
        await _restore(top, root, cwd, snapshot)
    finally:
        os.close(top)


async def _restore(top: int, root: str, cwd: str, snapshot: GhostCommit) -> None:
    prefix = await _recorded_prefix(root, snapshot.id)
    if prefix is None:
        prefix = _below(root, cwd)
    place = prefix or "."
    # git refuses to restore a place of which it knows nothing: an empty tree.
    if await _has_entries(root, ("ls-tree", snapshot.id, *_spec(prefix))) or await _has_entries(
        root, ("ls-files", "--cached", *_spec(prefix))
    ):
        args = ("restore", "--source", snapshot.id, "--worktree", "--staged", "--", place)
        await checked_git(args, root, seconds=_LONGEST_S, variables={**_PLAIN_PATHS, **await programs_off(root)})
    _remove_new(top, root, await _untracked(root, prefix), snapshot)


# --- asking git ------------------------------------------------------------------------------


async def _work_tree(cwd: str) -> str:
    result = await run_git(("rev-parse", "--show-toplevel"), cwd)
    if result.code == 127:
        raise GitError(f"git cannot be started: {result.stderr.decode('utf-8', 'replace')}")
    if result.code:
        raise NotARepository("the current directory is not a Git repository")
    return os.fsdecode(result.stdout.removesuffix(b"\n"))


def _below(root: str, cwd: str) -> str:
    relative = os.path.relpath(os.path.realpath(cwd), os.path.realpath(root))
    return "" if relative == os.curdir else relative


def _spec(prefix: str) -> tuple[str, ...]:
    return ("--", prefix) if prefix else ()


async def _has_entries(root: str, args: Sequence[str]) -> bool:
    return bool((await checked_git(args, root, seconds=_LONGEST_S, variables=_PLAIN_PATHS)).stdout)


async def _untracked(root: str, prefix: str) -> _Untracked:
    listed = ("-z", "--ignored=matching", "--untracked-files=all", "--ignore-submodules=dirty")
    args = ("status", "--porcelain=2", *listed, *_spec(prefix))
    result = await checked_git(args, root, seconds=_LONGEST_S, variables={**_PLAIN_PATHS, **await programs_off(root)})
    paths = sorted(set(_unknown_paths(result)))
    return _Untracked(
        tuple(path for path in paths if not path.endswith(b"/")),
        tuple(path.rstrip(b"/") for path in paths if path.endswith(b"/")),
    )


def _unknown_paths(status: GitResult) -> Iterator[bytes]:
    fields = iter(status.stdout.split(b"\0"))
    for field in fields:
        if field.startswith((b"? ", b"! ")):
            yield field[2:]
        elif field.startswith(b"2 "):
            next(fields, b"")  # the old name of something renamed


async def _commit_work_tree(root: str, prefix: str, parent: str | None) -> str:
    import tempfile  # slow to import, and used only when snapshots are on

    # Not where temporary files go: commands may write there, and a link in the place of the folder would lead git away.
    own = os.fsdecode((await checked_git(("rev-parse", "--absolute-git-dir"), root)).stdout.removesuffix(b"\n"))
    try:
        temporary = tempfile.TemporaryDirectory(prefix="octavo-index-", dir=own, ignore_cleanup_errors=True)
    except OSError as error:
        raise GitError(f"the repository cannot be written: {error.strerror}") from None
    with temporary as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        variables = {**index, **_IDENTITY, **_PLAIN_PATHS, **await programs_off(root)}

        async def git(*args: str, literal: bool = True) -> GitResult:
            meaning = {} if literal else {"GIT_LITERAL_PATHSPECS": "0"}
            return await checked_git(
                args, root, seconds=_LONGEST_S, options=_ONE_INDEX_FILE, variables={**variables, **meaning}
            )

        if parent:
            await git("read-tree", parent)
        await _add_all(git, prefix)
        tree = (await git("write-tree")).text
        ancestry = ("-p", parent) if parent else ()
        # The folder is noted because a later turn, in another one, may be the one to go back.
        note = ("-m", _PREFIX_LINE + prefix) if prefix else ()
        return (await git("commit-tree", tree, *ancestry, "-m", _MESSAGE, *note)).text


async def _add_all(git: _Git, prefix: str) -> None:
    """Bring everything at and below `prefix` into the index.

    Submodules by themselves: `git add` has no option that keeps it from asking each whether its files have changed.
    """
    listed = await git("ls-files", "--stage", "-z", *_spec(prefix))
    entries = (entry.partition(b"\t") for entry in listed.stdout.split(b"\0"))
    submodules = [os.fsdecode(path) for facts, _, path in entries if facts.startswith(_SUBMODULE)]
    if not submodules:
        await git("add", "--all", *_spec(prefix))
        return
    others = (f":(exclude,literal){path}" for path in submodules)
    await git("add", "--all", "--", f":(literal){prefix or os.curdir}", *others, literal=False)
    changes = await git("diff-files", "--ignore-submodules=dirty", "--name-status", "-z", "--", *submodules)
    fields = iter(map(os.fsdecode, changes.stdout.split(b"\0")))
    changed = [(path, status) for status, path in zip(fields, fields, strict=False)]
    gone = [path for path, status in changed if status == "D"]
    moved = [path for path, status in changed if status != "D"]
    if gone:
        await git("update-index", "--force-remove", "--", *gone)
    if moved:
        await git("update-index", "--add", "--remove", "--", *moved)


async def _recorded_prefix(root: str, commit: str) -> str | None:
    message = await checked_git(("cat-file", "commit", commit), root)
    _, _, text = message.stdout.partition(b"\n\n" + _MESSAGE.encode() + b"\n\n" + _PREFIX_LINE.encode())
    return os.fsdecode(text.removesuffix(b"\n")) if text else None


# --- removing what is new -----------------------------------------------------------------------


def _remove_new(top: int, root: str, untracked: _Untracked, snapshot: GhostCommit) -> None:
    """`top` is the opened folder `root`, whose path is for messages alone: a link may come below it at any time."""
    kept_files = frozenset(snapshot.preexisting_untracked_files)
    kept_dirs = tuple(snapshot.preexisting_untracked_dirs)

    def remove(path: bytes, above: int) -> None:
        """Removes a file, or what is new in a folder, from the folder `above`; links are removed, not followed."""
        if _is_kept(path, kept_files, kept_dirs):
            return
        name = os.path.basename(path)
        try:
            if not stat.S_ISDIR(os.lstat(name, dir_fd=above).st_mode):
                os.unlink(name, dir_fd=above)
                return
            folder = open_listing(name, above)
            try:
                for entry in os.listdir(folder):
                    remove(os.path.join(path, os.fsencode(entry)), folder)
                is_empty = not os.listdir(folder)
            finally:
                os.close(folder)
            if is_empty:
                os.rmdir(name, dir_fd=above)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _not_removed(error, root, path) from None

    for path in (*untracked.files, *untracked.dirs):
        if _is_kept(path, kept_files, kept_dirs):
            continue
        try:
            folder = open_folder(os.path.dirname(path), top)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _not_removed(error, root, path) from None
        try:
            remove(path, folder)
        except RecursionError:
            raise _not_removed(OSError(errno.ENAMETOOLONG, "nested too deeply"), root, path) from None
        finally:
            os.close(folder)


def _is_kept(path: bytes, files: frozenset[str], dirs: tuple[str, ...]) -> bool:
    """Names are compared as they are saved, where bytes that are no UTF-8 are lost: rather keep a file too many."""
    name = _lossy(path)
    return name in files or any(name == kept or name.startswith(kept + "/") for kept in dirs)


def _not_removed(error: OSError, root: str, path: bytes) -> GitError:
    full = _lossy(os.path.join(os.fsencode(root), path))
    return GitError(f"a new file could not be removed: {error.strerror}: {full}")


def _lossy(path: bytes | str) -> str:
    return path.decode("utf-8", "replace") if isinstance(path, bytes) else path
