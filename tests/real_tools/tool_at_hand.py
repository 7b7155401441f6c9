"""Finding the programs that these tests run, and running them as the model would: writable workspace, no network.

What is no program of the system comes from `.real-tools` beside the sources (`make real-tools` fills it).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from octavo.process.run import CommandOutput, run_command
from octavo.protocol.policy import WorkspaceWrite
from octavo.sandbox.capabilities import capabilities
from octavo.sandbox.spec import sandbox_spec

FOUND = capabilities()
PLACE = Path(__file__).parents[2] / ".real-tools"
_ALSO_IN = ("/usr/lib/postgresql/*/bin", "/usr/sbin", str(Path.home() / ".cargo/bin"))


def needs_private_network() -> None:
    """Skip where commands cannot have a network of their own."""
    if not FOUND.private_network:
        pytest.skip("this machine allows no network namespace")


def program(name: str) -> str:
    """Where a program is; the test is skipped if it is missing."""
    places = [str(found) for pattern in _ALSO_IN for found in Path("/").glob(pattern.lstrip("/"))]
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *places]))
    return found or pytest.skip(f"{name} is not installed")


def python_with(*packages: str) -> str:
    """A Python that has these packages; the test is skipped if there is none."""
    (lib, *_) = [*PLACE.glob("venv/lib/python3*/site-packages"), PLACE]
    for package in packages:
        if not (lib / package).is_dir():
            pytest.skip(f"{package} is not installed (make real-tools)")
    return str(PLACE / "venv/bin/python")


def node_modules(*packages: str) -> Path:
    """The folder of Node's packages; the test is skipped if one is missing."""
    program("node")
    for package in packages:
        if not (PLACE / "node_modules" / package).is_dir():
            pytest.skip(f"{package} is not installed (make real-tools)")
    return PLACE / "node_modules"


def write(workspace: Path, files: Mapping[str, str]) -> None:
    """Put files into the workspace."""
    for name, text in files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


async def run(
    script: str, workspace: Path, *, roots: tuple[str, ...] = (), variables: Mapping[str, str] | None = None
) -> CommandOutput:
    """Run a line of shell in the sandbox of `workspace-write`, with what the user has in `variables` beside PATH."""
    environ = {**os.environ, **(variables or {})}
    policy = WorkspaceWrite(roots, exclude_slash_tmp=True) if roots else WorkspaceWrite(exclude_slash_tmp=True)
    return await run_command(
        ["bash", "-c", script],
        cwd=str(workspace),
        environ=environ,
        sandbox=sandbox_spec(policy, str(workspace), environ),
        timeout_ms=120_000,
        on_output=lambda stream, chunk: None,
    )


def succeeded(output: CommandOutput) -> str:
    """What a command printed that has to succeed."""
    said = output.aggregated.decode(errors="replace")
    assert output.exit_code == 0, said
    return said
