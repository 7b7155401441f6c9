"""`octavo batch --ray` on a cluster of this machine: a node that is killed takes nothing along.

A thousand tasks with OCTAVO_SOAK, a few otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="ray is not installed (pip install 'octavo[ray]')")

COUNT = 1000 if os.environ.get("OCTAVO_SOAK") else 16


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head and one more node, which can be killed."""
    from ray.cluster_utils import Cluster

    made: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        yield made
    finally:
        made.shutdown()


def test_a_killed_node_loses_nothing(tmp_path: Path, cluster: Any) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.txt").write_text("one\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x"]
    for step in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *step], cwd=project, check=True)
    call = {"type": "function_call", "name": "shell", "arguments": '{"command":["cat","a.txt"]}', "call_id": "c"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
    end = {"type": "response.completed", "response": {"id": "r"}}
    lines = [{"events": [{"type": "response.output_item.done", "item": item}, end]} for item in (call, said)]
    (tmp_path / "run.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    tasks = [{"prompt": f"task {n}", "folder": str(project), "replay": "run.jsonl"} for n in range(COUNT)]
    (tmp_path / "tasks.jsonl").write_text("".join(f"{json.dumps(task)}\n" for task in tasks))
    node = cluster.add_node(num_cpus=1)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "octavo", "batch", "tasks.jsonl", "--ephemeral", "--ray", cluster.address]
    batch = subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
    results = tmp_path / "tasks.results.jsonl"
    seen = threading.Event()
    while not results.exists() or results.read_bytes().count(b"\n") < COUNT // 4:
        assert batch.poll() is None, batch.communicate()[1]
        seen.wait(0.05)
    cluster.remove_node(node, allow_graceful=False)
    _, words = batch.communicate(timeout=3600)
    assert batch.returncode == 0, words
    done = [json.loads(line) for line in results.read_text().splitlines()]
    assert sorted(int(one["id"]) for one in done) == list(range(1, COUNT + 1))
    assert {one["status"] for one in done} == {"completed"}
