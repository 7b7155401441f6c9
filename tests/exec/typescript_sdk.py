"""The SDK for TypeScript, as npm has it, and scripts that use it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PLACE = Path(__file__).parents[2] / ".sdk-clients"
PACKAGE = "@openai/codex-sdk"


def sdk(version: str, *, fetches: bool) -> Path:
    """The folder in which this version is installed; the test is skipped where there is none.

    `fetches`: it is small enough to be installed on the way.
    """
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = PLACE / version
    installed = folder / "node_modules" / PACKAGE / "package.json"
    if not installed.exists() and fetches:
        _install(version, folder)
    if not installed.exists():
        pytest.skip(f"{PACKAGE} {version} is not installed (make sdk-clients)")
    return folder


def _install(version: str, folder: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # several processes run tests
        fcntl.flock(lock, fcntl.LOCK_EX)
        words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=optional", f"{PACKAGE}@{version}"]
        try:
            subprocess.run(words, cwd=folder, capture_output=True, timeout=120, check=True)
        except (subprocess.SubprocessError, OSError):
            pytest.skip(f"npm cannot install {PACKAGE} {version}")


def run_script(folder: Path, script: str, *words: str, env: Mapping[str, str]) -> None:
    """Run a script of this folder with an SDK; it has to end well."""
    copy = folder / script
    copy.write_text((Path(__file__).parent / script).read_text())  # beside the packages, where imports are looked for
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    result = subprocess.run(["node", str(copy), *words], env=env, check=False, timeout=120, **streams)
    assert result.returncode == 0, result.stderr
