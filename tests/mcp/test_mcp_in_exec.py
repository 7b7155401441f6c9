"""`octavo exec` with MCP servers: what stands on its streams, and what is left when it is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp_talks import ODD_SERVER
from model_server import Reply, Server, completed, message, stream
from story import processes_with


def start(root: Path, model: Server, *habits: str) -> subprocess.Popen[bytes]:
    """A run with one odd server."""
    home, workspace = root / "home", root / "ws"
    home.mkdir()
    workspace.mkdir()
    arguments = json.dumps(["-I", "-S", str(ODD_SERVER), *habits])
    (home / "config.toml").write_text(
        f'model = "gpt-5-codex"\nmodel_provider = "mock"\n[model_providers.mock]\nname = "mock"\n'
        f'base_url = "{model.url}/v1"\nwire_api = "responses"\n'
        f'[mcp_servers.odd]\ncommand = "{sys.executable}"\nargs = {arguments}\n'
        '[mcp_servers.gone]\ncommand = "no-such-program"\n'
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "CODEX_HOME": str(home)}
    argv = [sys.executable, "-m", "octavo", "exec", "--skip-git-repo-check", "--json", "go"]
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, env=environ, cwd=workspace, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)


def calls(name: str) -> Reply:
    item = {"type": "function_call", "name": f"mcp__odd__{name}", "arguments": "{}", "call_id": "c1"}
    return stream({"type": "response.output_item.done", "item": item}, completed(10))


def kinds(lines: Sequence[bytes]) -> list[Any]:
    return [json.loads(line)["type"] for line in lines]


def test_a_flood_of_a_server_reaches_neither_stdout_nor_stderr(tmp_path: Path) -> None:
    with Server([calls("flood"), stream(message("done"), completed(10))]) as model:
        stdout, stderr = start(tmp_path, model).communicate(timeout=30)
    assert stderr == b""
    lines = stdout.splitlines()
    assert kinds(lines) == [
        "thread.started",
        "error",
        "turn.started",
        "item.started",
        "item.completed",
        "item.completed",
        "turn.completed",
    ]
    item = json.loads(lines[4])["item"]
    assert (item["server"], item["tool"], item["status"], item["error"]) == ("odd", "flood", "completed", None)
    assert item["result"] == {"content": [{"text": "flooded", "type": "text"}], "structured_content": None}


def test_ctrl_c_in_a_call_ends_the_run_and_the_server(tmp_path: Path) -> None:
    marker = f"marker-{os.urandom(8).hex()}"
    with Server([calls("never")]) as model:
        process = start(tmp_path, model, marker)
        assert process.stdout is not None
        while kinds([process.stdout.readline()]) != ["item.started"]:
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert processes_with(marker) == []
