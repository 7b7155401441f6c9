"""The official client library in TypeScript, installed once from npm into a folder that later runs use again."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import deltas, patches, runs

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "octavo-tests" / "acp-1"
LIBRARY = "@agentclientprotocol/sdk@2.4.0"
CLIENT = Path(__file__).with_name("typescript_client.mjs")
OCTAVO = str(Path(sys.executable).with_name("octavo"))

pytestmark = pytest.mark.skipif(
    shutil.which("npm") is None or shutil.which("node") is None, reason="npm and node are not installed"
)


@pytest.fixture(scope="module")
def client() -> Path:
    """The client beside its library."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / "done").exists():
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(CACHE), LIBRARY]
            done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"{LIBRARY} is not to be had: {done.stderr[-200:]}")
            (CACHE / "done").touch()
        shutil.copy(CLIENT, CACHE / CLIENT.name)
    return CACHE / CLIENT.name


def test_a_session_of_the_typescript_library(place: Place, client: Path) -> None:
    place.model(
        patches("*** Begin Patch\n*** Add File: n.txt\n+new\n*** End Patch"),
        runs("echo", "hi", call_id="c2"),
        deltas(["Do", "ne"]),
        top='approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"',
    )
    environ = {"CODEX_HOME": str(place.home), "HOME": str(place.root), "PATH": os.environ["PATH"]}
    command = ["node", str(client), OCTAVO, str(place.workspace), "go"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    heard: dict[str, Any] = json.loads(done.stdout)
    assert heard["hello"]["agentInfo"]["name"] == "octavo"
    assert heard["result"]["stopReason"] == "end_turn"
    assert [one["title"] for one in heard["questions"]] == [f"Edit {place.workspace / 'n.txt'}"]
    assert [one["title"] for one in heard["list"]["sessions"]] == ["go"]
    assert heard["loaded"]["modes"]["currentModeId"] == "full-access"
    assert (heard["error"], heard["code"]) == (-32602, 0)
    words = [one["content"]["text"] for one in heard["updates"] if one["sessionUpdate"] == "agent_message_chunk"]
    assert words == ["Do", "ne", "Done"]
