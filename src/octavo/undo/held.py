"""Which files git holds as they are, so that nobody else has to keep them (`docs/undo.md`).

A file counts as held when the index has it, git finds it unchanged, and a checkout would give the same
bytes back: neither filters nor encodings nor other line ends stand in between.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterable

import msgspec

from octavo.git.foreign_programs import programs_off
from octavo.git.run import QUERY_LIMIT, GitResult, run_git, start_git

TICK = 20_000_000
"""Nanoseconds in which a file system may give two changes the same time."""

_SECONDS = 60.0
_PLAIN = ":(attr:!filter !ident !working-tree-encoding)"
_SYSTEM = "/etc/gitattributes"
_PLAIN_PATHS = {"GIT_LITERAL_PATHSPECS": "0"}


class Held(msgspec.Struct, frozen=True):
    """What the repository around a folder says of the files below it; all paths are absolute.

    `ids` are the objects of the files that are held, `sizes` how many bytes an object has where a checkout might
    change them (None: it cannot). `asked` is when, in nanoseconds: of what changed later nothing is said.
    """

    top: str
    ids: dict[str, str]
    sizes: dict[str, int] | None
    asked: int

    def holds(self, path: str, status: os.stat_result) -> str | None:
        """The object that has the bytes of this file; None where there is none."""
        found = self.ids.get(path)
        if found is None or status.st_ctime_ns >= self.asked - TICK:
            return None
        return found if self.sizes is None or self.sizes.get(found) == status.st_size else None


async def held_by_git(folder: str) -> Held | None:
    """Ask the repository around `folder` (absolute, without links); None where there is none, or git fails."""
    found = await run_git(("rev-parse", "--show-toplevel", "--git-path", "info/attributes"), folder)
    if found.code:
        return None
    top, _, own_attributes = os.fsdecode(found.stdout.removesuffix(b"\n")).rpartition("\n")
    asked = time.time_ns()
    variables = await programs_off(folder) | _PLAIN_PATHS
    listed, changed, conversions, system = await asyncio.gather(
        _git(folder, variables, "ls-files", "-z", "--stage", "-v"),
        _git(folder, variables, "diff-files", "-z", "--relative", "--name-only", "--ignore-submodules=all"),
        run_git(("config", "--get-regexp", r"^core\.(autocrlf|eol|attributesfile)$"), folder),
        run_git(("var", "GIT_ATTR_SYSTEM"), folder),  # older versions do not know it
    )
    if listed.code or changed.code:
        return None
    ids = await asyncio.to_thread(_ids, folder, listed.stdout, changed.stdout)
    sizes = None
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    usual = (os.path.join(folder, own_attributes), system.text or _SYSTEM, os.path.join(home, "git", "attributes"))
    converts = await asyncio.to_thread(_has_attributes, ids, top, usual)
    if conversions.stdout or converts:
        exact, sized = await asyncio.gather(
            # Of the whole work tree: asked about a folder, git overlooks the attributes above it.
            _git(top, variables, "ls-files", "-z", "--", _PLAIN),
            _git(folder, variables, "ls-tree", "-r", "-l", "-z", "HEAD"),
        )
        plain = {_below(top, name) for name in exact.stdout.split(b"\0")}
        ids = {path: found for path, found in ids.items() if path in plain} if exact.code == 0 else {}
        sizes = _sizes(sized.stdout)
    return Held(top, ids, sizes, asked)


def is_ignored_by_git(path: str) -> bool:
    """Whether the repository around the folder `path` ignores it; waits for the answer, a few milliseconds."""
    started = start_git(("check-ignore", "--quiet", "--", path), os.path.dirname(path))
    if isinstance(started, GitResult):
        return False
    try:
        started.communicate(timeout=QUERY_LIMIT)
    except subprocess.TimeoutExpired:
        started.kill()
        started.communicate()
    return started.returncode == 0


class Ignored:
    """Asks git about a folder once."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def __call__(self, path: str) -> bool:
        """As `is_ignored_by_git`."""
        if path not in self._known:
            self._known[path] = is_ignored_by_git(path)
        return self._known[path]


async def _git(folder: str, variables: dict[str, str], *args: str) -> GitResult:
    return await run_git(args, folder, seconds=_SECONDS, variables=variables)


def _ids(folder: str, listed: bytes, changed: bytes) -> dict[str, str]:
    start = folder.rstrip("/") + "/"
    ids = {}
    for line in os.fsdecode(listed).split("\0"):
        facts, _, name = line.partition("\t")
        # Of a file that is assumed unchanged, or left out of a sparse checkout, git never looks at the bytes.
        match facts.split(" "):
            case ["H", mode, found, "0"] if mode.startswith("100"):
                ids[start + name] = found
    for name in os.fsdecode(changed).split("\0"):
        ids.pop(start + name, None)
    return ids


def _sizes(listed: bytes) -> dict[str, int]:
    sizes = {}
    for line in listed.split(b"\0"):
        facts = line.partition(b"\t")[0].split()
        if len(facts) == 4 and facts[3].isdigit():
            sizes[facts[2].decode()] = int(facts[3])
    return sizes


def _has_attributes(ids: dict[str, str], top: str, usual: Iterable[str]) -> bool:
    """Whether some file of attributes may change bytes: in a folder with files that git holds, or above one, untracked
    ones too. `usual` are further places.
    """
    folders = {path.rpartition("/")[0] for path in ids}
    for folder in tuple(folders):
        above = folder
        while len(above) > len(top) and (above := above.rpartition("/")[0]) not in folders:
            folders.add(above)
    return any(map(os.path.lexists, usual)) or any(os.path.lexists(f"{one}/.gitattributes") for one in folders)


def _below(folder: str, name: bytes) -> str:
    return os.path.join(folder, os.fsdecode(name).rstrip("/"))
