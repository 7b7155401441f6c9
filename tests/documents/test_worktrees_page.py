"""The example of the page on worktrees works from its first line to its last."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "worktrees.md").read_text(encoding="utf-8")


def test_the_example_leaves_the_work_in_the_checkout(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch"
    call = {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": patch}
    said = {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": "Done"}]}
    done = {"type": "response.completed", "response": {"id": "r"}}
    answers = [{"events": [{"type": "response.output_item.done", "item": item}, done]} for item in (call, said)]
    (tmp_path / "tape.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    project = tmp_path / "project"
    project.mkdir()
    commit = ["-c", "user.name=U", "-c", "user.email=u@localhost", "commit", "--allow-empty", "-qm", "first"]
    for words in (["init", "-q"], commit):
        subprocess.run(["git", *words], cwd=project, check=True)
    (found,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    script = f'set -e\noctavo() {{ "{sys.executable}" -m octavo "$@"; }}\n' + found.replace(
        "octavo exec", f"octavo exec --replay '{tmp_path}/tape.jsonl'"
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    result = subprocess.run(
        ["bash", "-c", script], cwd=project, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert (project / "made.txt").read_text() == "made\n"
    assert not (tmp_path / "project.worktrees" / "fix").exists()
    assert "fix\tchanged files: 1\t" in result.stdout
