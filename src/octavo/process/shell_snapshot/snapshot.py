"""Starting login shells of the model from a snapshot instead of from their startup files.

`bash -lc SCRIPT` and `zsh -lc SCRIPT` read the user's profile each time, which
often takes longer than the script. After the first such command of a conversation a
login shell is run beside the conversation and asked for its state; from then on
the shell starts without the profile and reads a script that brings about the same
state, wherever that was seen to work and the startup files are as they were. In any
doubt the command runs as it is. `docs/shell-snapshot.md` says when a snapshot is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from octavo.process.shell_snapshot.capture import Capture, NoSnapshotError, Situation, Snapshot
from octavo.process.shell_snapshot.folder import SnapshotFolder, make_snapshot_folder, still_says
from octavo.process.shell_snapshot.startup_files import stamp
from octavo.sandbox.roots import is_within
from octavo.sandbox.spec import SandboxSpec, platform_sandbox

log = logging.getLogger(__name__)

_SHELLS = ("bash", "zsh")
_OF_ONE_TURN = frozenset({"TRACEPARENT", "TRACESTATE"})
"""Variables that change from turn to turn and that no startup file goes by."""

_STEERING = {"bash": ("BASH_ENV", "POSIXLY_CORRECT", "SHELLOPTS", "BASHOPTS"), "zsh": ()}
"""Variables with which the shell would read something else, or not read the snapshot."""
_MOST_SITUATIONS = 8


class _Entry(msgspec.Struct):
    """What is known about one situation: a snapshot, or that there can be none."""

    snapshot: Snapshot | None = None
    hopeless: bool = False


class ShellSnapshots:
    """The snapshots of one conversation, in a folder below `home` (`CODEX_HOME`) that goes with it."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._folder: SnapshotFolder | None = None
        self._entries: dict[Situation, _Entry] = {}
        self._running: asyncio.Task[None] | None = None
        self._given_up = False

    @contextlib.contextmanager
    def start(
        self, argv: Sequence[str], environ: Mapping[str, str], sandbox: SandboxSpec | None, cwd: str, *, usual: bool
    ) -> Iterator[tuple[Sequence[str], Mapping[str, str]]]:
        """What to run for `argv` in this context: itself, or a shell that starts from a snapshot to the same effect.

        `cwd` is the folder of the turn, `environ` what the command gets, `sandbox` what it runs in. `usual` is false
        for a command that does not run as the turn's commands do: it gets no snapshot. When the command has ended a
        snapshot is taken if there is none that holds.
        """
        situation = self._situation(argv, environ, sandbox, cwd) if usual else None
        try:
            yield self._chosen(situation, argv, environ)
        finally:
            if situation is not None:
                self._prepare(situation, environ, sandbox)

    async def settled(self) -> None:
        """Wait until a snapshot that is being taken is there, or has failed."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def end(self) -> None:
        """Stop what is being taken, and leave no trace."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
        self._give_up()

    def _chosen(
        self, situation: Situation | None, argv: Sequence[str], environ: Mapping[str, str]
    ) -> tuple[Sequence[str], Mapping[str, str]]:
        entry = self._entries.get(situation) if situation else None
        if entry is None or entry.snapshot is None:
            return argv, environ
        snapshot = entry.snapshot
        if stamp(path for path, *_ in snapshot.stamp) != snapshot.stamp:
            entry.snapshot = None
            return argv, environ
        if not still_says(snapshot.path, snapshot.text):
            self._give_up()  # somebody can write there
            return argv, environ
        return snapshot.command(argv, environ)

    def _prepare(self, situation: Situation, environ: Mapping[str, str], sandbox: SandboxSpec | None) -> None:
        if self._given_up or self._running is not None:
            return
        entry = self._entries.setdefault(situation, _Entry())
        if entry.snapshot is None and not entry.hopeless and len(self._entries) <= _MOST_SITUATIONS:
            self._running = asyncio.create_task(self._take(situation, environ, sandbox, entry))

    def _situation(
        self, argv: Sequence[str], environ: Mapping[str, str], sandbox: SandboxSpec | None, cwd: str
    ) -> Situation | None:
        if self._given_up or len(argv) != 3 or argv[1] != "-lc" or argv[0] not in _SHELLS:
            return None
        if not environ.get("HOME") or any(name in environ for name in _STEERING[argv[0]]):
            return None
        lasting = frozenset(item for item in environ.items() if item[0] not in _OF_ONE_TURN)
        return Situation(argv[0], lasting, sandbox, cwd)

    async def _take(
        self, situation: Situation, environ: Mapping[str, str], sandbox: SandboxSpec | None, entry: _Entry
    ) -> None:
        try:
            entry.snapshot = await self._taken(situation, environ, sandbox)
            entry.hopeless = entry.snapshot is None
        finally:
            self._running = None

    async def _taken(
        self, situation: Situation, environ: Mapping[str, str], sandbox: SandboxSpec | None
    ) -> Snapshot | None:
        try:
            folder = self._safe_folder(sandbox)
            return await Capture(situation, environ, folder).take()
        except (NoSnapshotError, OSError) as error:
            log.info("no shell snapshot: %s", error)
            return None

    def _safe_folder(self, sandbox: SandboxSpec | None) -> SnapshotFolder:
        """The folder, made when it is first needed. Raises `NoSnapshotError`, for good, if commands can write there."""
        if self._folder is None:
            self._folder = make_snapshot_folder(self._home)
        if sandbox is not None and _is_writable(self._folder.path, sandbox):
            self._give_up()
            raise NoSnapshotError(f"commands can write below {self._home}")
        return self._folder

    def _give_up(self) -> None:
        self._given_up = True
        self._entries.clear()
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.remove()
            self._folder = None


def _is_writable(path: str, sandbox: SandboxSpec) -> bool:
    """Whether commands in the sandbox can write `path`: it lies in a root, and in no folder that is closed in there."""
    roots = [os.path.realpath(root.root) for root in sandbox.roots]
    closed = map(os.path.realpath, sandbox.closed if platform_sandbox() == "linux" else ())
    is_closed = any(is_within(path, folder) and not any(is_within(root, folder) for root in roots) for folder in closed)
    return not is_closed and any(is_within(path, root) for root in roots)
