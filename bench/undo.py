"""What keeping files for undo costs in a clean checkout of 100,000 files: the first look, and looks after commands.

python bench/undo.py [--files 100000]

Beside each figure stands a bare walk over the same tree in the same run (`os.scandir` and a status for each entry).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable

from octavo.undo.blobs import Blobs
from octavo.undo.held import held_by_git
from octavo.undo.keeper import Keeper

IN_A_FOLDER = 50
COMMANDS = 21


def make_checkout(root: str, files: int) -> None:
    """A repository whose work tree is clean and whose objects are packed, as after a clone."""
    for number in range(files // IN_A_FOLDER):
        folder = os.path.join(root, f"d{number // 50}", f"s{number % 50}")
        os.makedirs(folder)
        for name in range(IN_A_FOLDER):
            with open(os.path.join(folder, f"f{name}.txt"), "w") as file:
                file.write(f"{number} {name}\n" * 5)
    git = ("git", "-c", "gc.auto=0", "-c", "user.name=B", "-c", "user.email=b@example.com")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all"), ("gc", "-q")):
        subprocess.run([*git, *words], cwd=root, check=True)
    time.sleep(0.1)  # what was written in the moment of the look would be kept to be safe


def walk(root: str) -> int:
    """The bare comparison."""
    count, waiting = 0, [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name != ".git":
                    entry.stat(follow_symlinks=False)
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return count


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of this process's own time."""
    wall, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - own


def show(name: str, runs: list[tuple[float, float]], bare: float) -> None:
    """Medians, and the ratio to the bare walk."""
    wall, own = (statistics.median(values) for values in zip(*runs, strict=True))
    print(f"{name:44} {wall * 1000:8.1f} ms  {own * 1000:8.1f} ms own  {wall / bare:6.3f} x a bare walk")


def main() -> None:
    """Make the tree, look at it, change a little, look again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        root = os.path.join(os.path.realpath(folder), "checkout")
        make_checkout(root, files)
        gc.disable()  # as in the program
        bare = statistics.median(timed(lambda: walk(root))[0] for _ in range(5))
        keeper = Keeper([root], Blobs(os.path.join(folder, "blobs"), room=1 << 30, largest=1 << 26))

        def first() -> None:
            held = asyncio.run(held_by_git(root))
            keeper.begin([held] if held is not None else [])

        show("first look", [timed(first)], bare)
        show(
            "after a command, by notices", [_after_a_command(keeper, root, number) for number in range(COMMANDS)], bare
        )
        keeper.look_at_everything()
        runs = [_after_a_command(keeper, root, number) for number in range(COMMANDS, COMMANDS + 5)]
        show("after a command, by looking at everything", runs, bare)


def _after_a_command(keeper: Keeper, root: str, number: int) -> tuple[float, float]:
    script = f"echo {number} >> d0/s{number}/f0.txt; mkdir n{number}; echo x > n{number}/x; rm d1/s{number}/f1.txt"
    subprocess.run(["sh", "-c", script], cwd=root, check=False)
    changes: list[object] = []
    took = timed(lambda: changes.extend(keeper.changes()))
    if len(changes) < 4:
        raise SystemExit(f"only {len(changes)} changes were seen")
    return took


if __name__ == "__main__":
    main()
