"""A home folder with a profile, and commands that run in it with and without a snapshot."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

from octavo.process.run import CommandOutput, run_command
from octavo.process.shell_snapshot.snapshot import ShellSnapshots
from octavo.sandbox.spec import SandboxSpec

PROFILES = {"bash": ".bash_profile", "zsh": ".zprofile"}


class LoginShells:
    """Login shells in one place; `profile` is what they read at their start."""

    def __init__(self, folder: Path, shell: str, snapshots: ShellSnapshots, sandbox: SandboxSpec | None) -> None:
        self.home, self.work, self.state = folder / "home", folder / "work", folder / "state"
        self.shell, self.snapshots, self.sandbox = shell, snapshots, sandbox
        self.environ: Mapping[str, str] = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "GIVEN": "given",
            "HIDDEN": "hidden",
            "DROPPED": "dropped",
        }

    @property
    def profile(self) -> Path:
        return self.home / PROFILES[self.shell]

    async def plain(self, script: str, cwd: Path | None = None) -> CommandOutput:
        """Run the script as the model wrote it."""
        return await self._run((self.shell, "-lc", script), self.environ, cwd)

    async def run(self, script: str, cwd: Path | None = None) -> tuple[CommandOutput, bool]:
        """Run it as a conversation does, and tell whether a snapshot was used."""
        argv = (self.shell, "-lc", script)
        with self.start(argv) as (chosen, variables):
            return await self._run(tuple(chosen), variables, cwd), tuple(chosen) != argv

    def start(self, argv: tuple[str, ...]) -> AbstractContextManager[tuple[Sequence[str], Mapping[str, str]]]:
        """What a conversation would run for `argv`."""
        return self.snapshots.start(argv, self.environ, self.sandbox, str(self.work), usual=True)

    async def uses_snapshot(self) -> bool:
        """Whether commands start from a snapshot once one could be taken."""
        await self.run("true")
        await self.snapshots.settled()
        _, used = await self.run("true")
        await self.snapshots.settled()
        return used

    async def _run(self, argv: tuple[str, ...], environ: Mapping[str, str], cwd: Path | None) -> CommandOutput:
        return await run_command(
            argv,
            cwd=str(cwd or self.work),
            environ=environ,
            sandbox=self.sandbox,
            timeout_ms=20_000,
            on_output=lambda stream, chunk: None,
        )


@asynccontextmanager
async def login_shells(
    folder: Path, shell: str = "bash", profile: str = "", sandbox: SandboxSpec | None = None
) -> AsyncIterator[LoginShells]:
    """Login shells that end with the test."""
    for name in ("home", "work", "state"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    snapshots = ShellSnapshots(str(folder / "state"))
    shells = LoginShells(folder, shell, snapshots, sandbox)
    shells.profile.write_text(profile)
    try:
        yield shells
    finally:
        await snapshots.end()
