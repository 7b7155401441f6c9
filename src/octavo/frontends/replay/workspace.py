"""The copy that a replay works in (`docs/replay.md`, "The workspace")."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from octavo.files.copies import NotCopied, copy_folder
from octavo.frontends.replay.recorded import NotPlayable
from octavo.git import scratch

_LARGEST = 2 << 30


class Workspace(msgspec.Struct, frozen=True):
    """The copy: `top` stands for `original_top`, and the run works in `cwd`."""

    original_top: str
    top: str
    cwd: str


@asynccontextmanager
async def copied(folder: str, commit: str | None, *, keeps: bool) -> AsyncIterator[Workspace]:
    """A copy of the checkout around `folder`, as it is or of a commit; of the folder alone where there is none.

    It is removed at the end unless it is to stay. Raises `OctavoError`.
    """
    if not os.path.isdir(folder):
        raise NotPlayable(f"the folder of the run is not there any more: {folder}; name another with -C")
    folder = os.path.realpath(folder)
    top = await scratch.top_of(folder)
    if commit is not None and top is None:
        raise NotPlayable(f"--commit needs a git repository, and {folder} is in none")
    original = os.path.realpath(top) if top is not None else folder
    place = os.path.realpath(await asyncio.to_thread(tempfile.mkdtemp, prefix="octavo-replay-"))
    copy = os.path.join(place, os.path.basename(original) or "workspace")
    try:
        if commit is not None:
            await scratch.clone_commit(original, await scratch.commit_of(original, commit), copy)
        else:
            await _copy(original, copy)
        cwd = os.path.join(copy, os.path.relpath(folder, original))
        if not os.path.isdir(cwd):
            raise NotPlayable(f"{folder} is not there at {commit}")
        yield Workspace(original, copy, os.path.normpath(cwd))
    finally:
        if not keeps:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)


async def _copy(original: str, copy: str) -> None:
    try:
        await asyncio.to_thread(copy_folder, original, copy, _LARGEST)
    except NotCopied as error:
        raise NotPlayable(f"{error}; name a commit with --commit, or another folder with -C") from None
