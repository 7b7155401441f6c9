"""The main job, without a key and without a network: find and mend a bug in a scratch git repository.

The model's side is a recording (`model.jsonl`). Everything else really happens:
the commands run in the sandbox, the patch is applied, the tests are run.
Exits with 1 if the tests do not pass at the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TASK = "A test fails. Find out why, mend the code and show that all tests pass."
TESTS = [sys.executable, "-m", "unittest", "-q"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exe", type=Path, required=True, help="the octavo executable")
    exe = parser.parse_args().exe.absolute()
    with tempfile.TemporaryDirectory(prefix="octavo-demo-") as scratch:
        return demonstrate(exe, Path(scratch))


def demonstrate(exe: Path, scratch: Path) -> int:
    project, home = scratch / "timespan", scratch / "codex-home"
    home.mkdir()
    shutil.copytree(HERE / "project", project)
    git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "A small library with a bug")

    title(f"Before: the tests in {project}")
    if run_tests(project):
        print("The tests pass already; there is nothing to show.")
        return 1

    title(f"octavo exec --full-auto --replay demo/model.jsonl {TASK!r}")
    agent = subprocess.run(
        [exe, "exec", "--full-auto", "--replay", HERE / "model.jsonl", TASK],
        cwd=project,
        env={**os.environ, "CODEX_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        check=False,
    )

    title("After: what changed")
    git(project, "--no-pager", "diff")
    title("After: the tests")
    passed = run_tests(project)
    print("\nDone: the bug is mended." if passed and agent.returncode == 0 else "\nThe demonstration failed.")
    return 0 if passed and agent.returncode == 0 else 1


def run_tests(project: Path) -> bool:
    return subprocess.run(TESTS, cwd=project, check=False).returncode == 0


def git(project: Path, *args: str) -> None:
    author = ["-c", "user.name=Demo", "-c", "user.email=demo@example.com"]
    subprocess.run(["git", *author, *args], cwd=project, check=True)


def title(text: str) -> None:
    print(f"\n=== {text}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
