"""Servers that were written by others: those of the protocol's own project, from npm and PyPI.

They are installed once into a folder that later runs use again.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_talks import ask_for, calls, offered, output
from story import Json, answer, call, conversation, processes_with, says

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "octavo-tests" / "mcp-servers-1"
NPM = ("@modelcontextprotocol/server-everything@2026.8.31", "@modelcontextprotocol/server-filesystem")
PYPI = ("mcp-server-time", "mcp-server-git")

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*argv: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(argv, check=False, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def npm_servers() -> Path:
    """The folder with the programs from npm."""
    folder = CACHE / "npm"
    with locked(folder):
        if not (folder / "done").exists():
            run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *NPM, cwd=folder)
            (folder / "done").touch()
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def pypi_servers() -> Path:
    """The folder with the programs from PyPI, in an environment of their own."""
    folder = CACHE / f"pypi-{sys.version_info.minor}"
    with locked(folder):
        if not (folder / "done").exists():
            run(sys.executable, "-m", "venv", str(folder / "venv"))
            run(folder / "venv" / "bin" / "python", "-m", "pip", "install", "-q", *PYPI)
            (folder / "done").touch()
    return folder / "venv" / "bin"


def text_of(result: Any) -> str:
    """The text of an answer that is one block."""
    (block,) = json.loads(result)
    return str(block["text"])


async def test_the_clock(tmp_path: Path, pypi_servers: Path) -> None:
    servers = {"time": {"command": str(pypi_servers / "mcp-server-time"), "args": ["--local-timezone", "UTC"]}}
    model = calls("get_current_time", {"timezone": "Europe/Paris"}, "time")
    async with conversation(tmp_path / "w", model, mcp_servers=servers) as talk:
        answered = json.loads(await ask_for(talk))
        assert offered(talk) == ["mcp__time__convert_time", "mcp__time__get_current_time"]
    assert answered["timezone"] == "Europe/Paris"


async def test_the_repository(tmp_path: Path, pypi_servers: Path) -> None:
    repository = tmp_path / "repository"
    run("git", "init", "-q", str(repository))
    (repository / "new.txt").write_text("x\n")
    entry = {"command": str(pypi_servers / "mcp-server-git"), "args": ["--repository", str(repository)]}
    model = calls("git_status", {"repo_path": str(repository)}, "git")
    async with conversation(tmp_path / "w", model, mcp_servers={"git": entry}) as talk:
        assert "new.txt" in text_of(await ask_for(talk))


@needs_npm
async def test_the_files(tmp_path: Path, npm_servers: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "a.txt").write_text("hello from a file\n")
    servers = {"files": {"command": str(npm_servers / "mcp-server-filesystem"), "args": [str(folder)]}}
    model = [
        answer(call("mcp__files__read_text_file", {"path": str(folder / "a.txt")})),
        answer(call("mcp__files__read_text_file", {"path": "/etc/hostname"}, "c2")),
        says("done"),
    ]
    async with conversation(tmp_path / "w", model, mcp_servers=servers) as talk:
        told = await talk.user("go")
        assert json.loads(output(talk, 1)) == {"content": "hello from a file\n"}
        assert "denied" in output(talk, 2)
        assert [end["result"]["Ok"].get("isError", False) for end in told.all("mcp_tool_call_end")] == [False, True]
        assert "mcp__files__write_file" in offered(talk)


EVERYTHING: list[Any] = [
    answer(call("mcp__all__echo", {"message": "hey"})),
    answer(call("mcp__all__get-tiny-image", {}, "c2")),
    answer(call("mcp__all__get-structured-content", {"location": "New York"}, "c3")),
    answer(call("list_mcp_resources", {"server": "all"}, "c4")),
    answer(call("mcp__all__trigger-long-running-operation", {"duration": 0.2, "steps": 4}, "c5")),
    says("done"),
]


async def everything(workspace: Path, entry: Json) -> None:
    """One call of each kind."""
    async with conversation(workspace, EVERYTHING, mcp_servers={"all": entry}) as talk:
        told = await talk.user("go")
        assert "error" not in told.kinds()
        assert text_of(output(talk, 1)) == "Echo: hey"
        assert "input_image" in [part["type"] for part in output(talk, 2)]
        assert json.loads(output(talk, 3)).keys() == {"temperature", "conditions", "humidity"}
        assert json.loads(output(talk, 4))["resources"][0]["server"] == "all"
        assert "completed" in text_of(output(talk, 5))


@needs_npm
async def test_everything_on_stdio(tmp_path: Path, npm_servers: Path) -> None:
    program = str(npm_servers / "mcp-server-everything")
    await everything(tmp_path / "w", {"command": program, "args": ["stdio"]})
    assert processes_with(f"{program} stdio") == []


@contextlib.asynccontextmanager
async def served(program: Path, kind: str) -> AsyncIterator[int]:
    """The server on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "PORT": str(port)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, kind, env=environ, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.kill()
        await process.communicate()


@needs_npm
@pytest.mark.parametrize(("kind", "path"), [("streamableHttp", "mcp"), ("sse", "sse")])
async def test_everything_on_the_network(tmp_path: Path, npm_servers: Path, kind: str, path: str) -> None:
    async with served(npm_servers / "mcp-server-everything", kind) as port:
        await everything(tmp_path / "w", {"url": f"http://127.0.0.1:{port}/{path}"})
