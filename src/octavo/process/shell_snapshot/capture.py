"""Taking a snapshot of a login shell, and proving that a shell that starts from it is the same.

A snapshot is believed only after four runs: two of the login shell, in two
folders, that tell the same (so it depends neither on the folder nor on chance
or time), one of a shell without startup files, to which the snapshot adds what
is missing, and one of a shell that starts from the snapshot and tells the same
as the first. All run in the sandbox and environment of the commands
(`docs/shell-snapshot.md`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec

from octavo.errors import OctavoError
from octavo.process.failures import CommandError
from octavo.process.run import run_command
from octavo.process.shell_snapshot.folder import SnapshotFolder
from octavo.process.shell_snapshot.startup_files import Stamp, stamp, startup_files
from octavo.process.shell_snapshot.state import (
    BASH,
    ZSH,
    Dialect,
    Sections,
    answer,
    elsewhere,
    exported,
    question,
    restoring_script,
)
from octavo.sandbox.spec import SandboxSpec

_FILES = {"bash": "startup", "zsh": ".zlogin"}
_PATIENCE_MS = 10_000
_LARGEST = 1 << 20  # characters; a larger state takes as long to read as a profile


class NoSnapshotError(OctavoError):
    """A login shell cannot be replaced; the text says why, for logs."""


class Situation(msgspec.Struct, frozen=True):
    """All that a login shell's state may depend on: the shell, its environment, its sandbox, the turn's folder."""

    shell: str
    environ: frozenset[tuple[str, str]]
    sandbox: SandboxSpec | None
    cwd: str


class Snapshot(msgspec.Struct, frozen=True):
    """A script at `path` that brings a shell into the state; `stamp` are the startup files at that time."""

    path: str
    text: str
    stamp: Stamp

    def command(self, argv: Sequence[str], environ: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
        """The words and the environment with which the login shell `argv` starts from the snapshot."""
        return command_from(self.path, argv, environ)


def command_from(path: str, argv: Sequence[str], environ: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words and the environment with which the shell `argv` reads the file `path` in place of its startup files.

    It is read where the shell reads a file before its own script anyway, so that `$0`, line numbers, messages and
    `logout` stay what they are.
    """
    if argv[0] == "zsh":
        return ("zsh", "-d", *argv[1:]), {**environ, "ZDOTDIR": os.path.dirname(path)}
    return ("bash", "--noprofile", *argv[1:]), {**environ, "BASH_ENV": path}


class Capture:
    """One attempt at a snapshot."""

    def __init__(self, situation: Situation, environ: Mapping[str, str], folder: SnapshotFolder) -> None:
        self._situation, self._environ, self._folder = situation, environ, folder
        self._dialect: Dialect = ZSH if situation.shell == "zsh" else BASH

    async def take(self) -> Snapshot:
        """A snapshot of how a login shell starts now. Raises `NoSnapshotError`."""
        files = startup_files(self._situation.shell, self._environ, {})
        before = stamp(files)
        login = (self._situation.shell, "-lc")
        state = await self._ask(login, self._environ, self._situation.cwd)
        if state is None or stamp(files) != before:
            raise NoSnapshotError("a login shell told nothing, or not the same twice")
        files = startup_files(self._situation.shell, self._environ, exported(self._dialect, state))
        seen = stamp(files)
        there = await self._ask(login, self._environ, "/")
        if there is None or elsewhere(there) != elsewhere(state):
            raise NoSnapshotError("the state of a login shell changes from one to the next")
        path = os.path.join(self._folder.path, os.urandom(4).hex(), _FILES[self._situation.shell])
        argv, environ = command_from(path, login, self._environ)
        bare = await self._ask(argv, environ, self._situation.cwd)  # the file is not there yet
        if bare is None:
            raise NoSnapshotError("a shell without startup files told nothing")
        text = restoring_script(self._dialect, state, bare, self._environ)
        if len(text) > _LARGEST:
            raise NoSnapshotError("the state of a login shell is too large")
        self._folder.write(path, text)
        if await self._ask(argv, environ, self._situation.cwd) != state:
            os.unlink(path)
            raise NoSnapshotError("the state of a login shell cannot be restored")
        return Snapshot(path, text, seen)

    async def _ask(self, shell: Sequence[str], environ: Mapping[str, str], cwd: str) -> Sections | None:
        """The state of a shell; None when it tells none in time, or leaves a process behind."""
        nonce = os.urandom(16).hex()
        try:
            output = await run_command(
                (*shell, question(self._dialect, nonce)),
                cwd=cwd,
                environ=environ,
                sandbox=self._situation.sandbox,
                timeout_ms=_PATIENCE_MS,
                on_output=lambda stream, chunk: None,
            )
        except CommandError:
            return None
        if output.exit_code != 0 or output.ended_background:
            return None
        return answer(self._dialect, nonce, output.stdout, output.stderr)
