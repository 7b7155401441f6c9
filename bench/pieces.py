"""Figures of single pieces, without a model: login shells with and without a snapshot, diffs of large files.

python bench/pieces.py
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable

from octavo.patch.diff import unified_hunks
from octavo.process.run import run_command
from octavo.process.shell_snapshot.snapshot import ShellSnapshots
from octavo.protocol.policy import WorkspaceWrite
from octavo.sandbox.spec import sandbox_spec

TIMES = 50


async def login_shells(home: str, work: str) -> None:
    """`bash -lc true` in the sandbox, fifty times as it is and fifty times from a snapshot of this user's profile."""
    environ = {name: value for name, value in os.environ.items() if name != "BASH_ENV"}
    sandbox = sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True), work, {})
    snapshots = ShellSnapshots(home)
    argv = ("bash", "-lc", "true")

    async def run(*, usual: bool) -> None:
        with snapshots.start(argv, environ, sandbox, work, usual=usual) as (words, variables):
            await run_command(
                words, cwd=work, environ=variables, sandbox=sandbox, timeout_ms=60_000, on_output=lambda *_: None
            )

    for usual, name in ((False, "as it is"), (True, "from a snapshot")):
        await run(usual=usual)
        await snapshots.settled()
        start = time.perf_counter()
        for _ in range(TIMES):
            await run(usual=usual)
        print(f"{TIMES} login shells {name}: {time.perf_counter() - start:.2f} s")
    await snapshots.end()


def diffs() -> None:
    """Many changes in a long file, and two long files with nothing in common."""
    chance = random.Random(1)
    lines = [f"line {number} {chance.random()}\n" for number in range(20_000)]
    changed = list(lines)
    for number in chance.sample(range(20_000), 200):
        changed[number] = f"changed {number}\n"
    _timed("20,000 lines, 200 changes", lambda: unified_hunks("".join(lines), "".join(changed), 3))
    one, other = ("".join(f"{name}{number}\n" for number in range(50_000)) for name in "ab")
    _timed("two files of 50,000 lines, nothing in common", lambda: unified_hunks(one, other, 3))


def _timed(name: str, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    print(f"diff of {name}: {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    diffs()
    # Not among temporary files: a snapshot is not kept where commands can write.
    with tempfile.TemporaryDirectory(dir=os.path.expanduser("~")) as folder:
        for part in ("home", "work"):
            os.mkdir(os.path.join(folder, part))
        asyncio.run(login_shells(os.path.join(folder, "home"), os.path.join(folder, "work")))
