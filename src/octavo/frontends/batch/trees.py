"""The folders that tasks work in: a git worktree each, or a copy where there is no repository (`docs/batch.md`).

They stand in one folder of the batch, outside of the places that every sandbox may write, and
go with it. A repository that is named by its address is fetched once.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from octavo.errors import OctavoError
from octavo.files.copies import copy_folder
from octavo.files.programs import commands_may_write
from octavo.frontends.batch.tasks import Task
from octavo.git import scratch
from octavo.git.foreign_programs import programs_off
from octavo.git.run import GitError, GitResult, checked_git, run_git

_LARGEST = 2 << 30
_LONGEST_S = 600.0
_ATTEMPTS = 3


class Tree(msgspec.Struct, frozen=True):
    """A folder to work in: `cwd` inside of `top`; `git_dir` and `base` are what its changes are told by."""

    top: str
    cwd: str
    git_dir: str
    base: str
    commit: str | None
    variables: Mapping[str, str]


class _Repository(msgspec.Struct, frozen=True):
    """A repository that trees come from. Its own programs are off by `variables`."""

    top: str
    git_dir: str
    inner: str
    variables: Mapping[str, str]


class Trees:
    """Trees below one folder, for the tasks of one batch in one process."""

    def __init__(self, folder: str, *, keeps: bool) -> None:
        self._folder, self._keeps = folder, keeps
        self._repositories: dict[str, asyncio.Task[_Repository | None]] = {}
        self._commits: dict[tuple[str, str], str] = {}
        self._count = 0
        os.makedirs(folder, mode=0o700, exist_ok=True)
        commands_may_write((folder,))

    @asynccontextmanager
    async def tree(self, task: Task) -> AsyncIterator[Tree]:
        """A tree for the task, for as long as the block runs. Raises `OctavoError`."""
        repository = await self._repository(task)
        made: list[str] = []
        try:
            if repository is None:
                if task.commit is not None:
                    raise GitError(f"{task.folder} is in no git repository, so it has no commit {task.commit}")
                yield await self._copy(task.folder or "", self._new_path(made))
            else:
                yield await self._worktree(repository, task.commit or "HEAD", made)
        finally:
            if not self._keeps:
                for path in made:
                    await asyncio.to_thread(_remove, path, repository)

    def _new_path(self, made: list[str]) -> str:
        self._count += 1
        made.append(os.path.join(self._folder, f"{os.getpid()}-{self._count}-{time.monotonic_ns():x}"))
        return made[-1]

    async def _repository(self, task: Task) -> _Repository | None:
        """What the task's tree comes from; None for a folder outside of any repository."""
        key = task.repository or task.folder or ""
        if key not in self._repositories:
            self._repositories[key] = asyncio.create_task(self._find(task))
        finding = self._repositories[key]
        try:
            return await asyncio.shield(finding)
        except OctavoError:  # the next task, or attempt, may have more luck
            if self._repositories.get(key) is finding:
                del self._repositories[key]
            raise

    async def _find(self, task: Task) -> _Repository | None:
        if task.repository is not None:
            path = await self._fetched(task.repository)
            return _Repository(path, path, "", await programs_off(path))
        folder = task.folder or ""
        if not os.path.isdir(folder):
            raise GitError(f"there is no folder {folder}")
        top = await scratch.top_of(folder)
        if top is None:
            return None
        common = (await checked_git(("rev-parse", "--path-format=absolute", "--git-common-dir"), top)).text
        await asyncio.to_thread(_forget_killed, common, self._folder)
        inner = os.path.relpath(os.path.realpath(folder), os.path.realpath(top))
        return _Repository(top, common, "" if inner == "." else inner, await programs_off(top))

    async def _fetched(self, url: str) -> str:
        """A bare copy of the repository, made once for all processes of this machine that share the folder."""
        path = os.path.join(self._folder, f"repository-{hashlib.sha256(url.encode()).hexdigest()[:16]}")
        lock = os.open(f"{path}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            if not os.path.isdir(path):
                made = f"{path}.new"
                shutil.rmtree(made, ignore_errors=True)
                await scratch.fetch_repository(url, made)
                os.rename(made, path)
        finally:
            os.close(lock)
        return path

    async def _worktree(self, repository: _Repository, commit: str, made: list[str]) -> Tree:
        key = (repository.top, commit)
        if key not in self._commits:
            self._commits[key] = await scratch.commit_of(repository.top, commit)
        found = self._commits[key]
        path = self._new_path(made)
        for more in range(_ATTEMPTS):
            try:
                await scratch.add_tree(repository.top, found, path, repository.variables)
                break
            except GitError:  # now and then git trips over another worktree that comes or goes in the same moment
                if more == _ATTEMPTS - 1:
                    raise
                path = self._new_path(made)
        git_dir = os.path.join(repository.git_dir, "worktrees", os.path.basename(path))
        cwd = os.path.join(path, repository.inner) if repository.inner else path
        if not os.path.isdir(cwd):
            raise GitError(f"the folder {repository.inner} is not there at {commit}")
        return Tree(path, cwd, git_dir, found, found, repository.variables)

    async def _copy(self, source: str, path: str) -> Tree:
        """A copy with an index of what it holds, kept elsewhere, so that changes can be told."""
        await asyncio.to_thread(copy_folder, source, path, _LARGEST)
        git_dir = f"{path}.git"
        await checked_git(("init", "--quiet", "--bare", "--template=", git_dir), self._folder)
        tree = Tree(path, path, git_dir, "", None, {})
        await checked_git(("add", "--all"), path, seconds=_LONGEST_S, options=_options(tree))
        return tree


async def changes_in(tree: Tree) -> str | None:
    """The diff of what was changed, new files included; None where git cannot tell it."""
    looked = await _asked(tree, "status", "--porcelain", "--untracked-files=all", "--ignore-submodules=dirty")
    if looked.code:
        return None
    if tree.base and not looked.stdout:
        return ""
    if any(line.startswith(b"??") for line in looked.stdout.split(b"\n")):
        await _asked(tree, "add", "--all", "--intent-to-add")
    words = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty")
    base = (tree.base,) if tree.base else ()
    told = await _asked(tree, *words, *base)
    return told.stdout.decode("utf-8", "replace") if told.code == 0 else None


async def _asked(tree: Tree, *words: str) -> GitResult:
    """What git says about a tree. Now and then it trips over another one that comes or goes in the same moment."""
    for _ in range(_ATTEMPTS):
        result = await run_git(words, tree.top, seconds=_LONGEST_S, options=_options(tree), variables=tree.variables)
        if not result.code:
            break
    return result


def _options(tree: Tree) -> tuple[str, ...]:
    # What stands at `.git` in the tree may be a command's work, and is not asked.
    return (f"--git-dir={tree.git_dir}", f"--work-tree={tree.top}")


def _forget_killed(git_dir: str, folder: str) -> None:
    """Remove what a repository still knows of trees in this folder whose batch was killed, and which are gone."""
    known = os.path.join(git_dir, "worktrees")
    try:
        names = os.listdir(known)
    except OSError:
        return
    for name in names:
        process = name.partition("-")[0]
        try:
            with open(os.path.join(known, name, "gitdir"), "rb") as file:
                tree = os.path.dirname(os.fsdecode(file.read(8192).strip()))
        except OSError:
            continue
        if os.path.dirname(tree) == folder and not os.path.lexists(tree) and not _runs(process):
            shutil.rmtree(os.path.join(known, name), ignore_errors=True)


def _runs(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:  # it is somebody else's
        pass
    return True


def _remove(path: str, repository: _Repository | None) -> None:
    """Remove a tree without starting git, and what its repository knows of it."""
    shutil.rmtree(path, ignore_errors=True)
    known = (
        f"{path}.git" if repository is None else os.path.join(repository.git_dir, "worktrees", os.path.basename(path))
    )
    shutil.rmtree(known, ignore_errors=True)
