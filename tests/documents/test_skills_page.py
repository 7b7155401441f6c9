"""The example of the page on skills does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "skills.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The page's block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


@pytest.mark.parametrize("is_off", [False, True])
def test_the_skill_is_told_and_put_into_the_turn_unless_it_is_off(tmp_path: Path, is_off: bool) -> None:
    folder = tmp_path / ".agents" / "skills" / "release"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(example("markdown"))
    (tmp_path / "config.toml").write_text(example("toml") if is_off else "")
    said = {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": "Done"}]}
    done = {"type": "response.completed", "response": {"id": "r"}}
    tape = {"events": [{"type": "response.output_item.done", "item": said}, done]}
    (tmp_path / "tape.jsonl").write_text(json.dumps(tape) + "\n")
    project = tmp_path / "project"
    project.mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    argv = [
        sys.executable,
        "-m",
        "octavo",
        "exec",
        "--skip-git-repo-check",
        "--replay",
        "../tape.jsonl",
        "$release 2.1",
    ]
    subprocess.run(argv, cwd=project, env=environ, capture_output=True, check=True)
    (saved,) = tmp_path.glob("sessions/*/*/*/*.jsonl")
    text = saved.read_text()
    assert ("release: How a release of this project is made and announced." in text) is not is_off
    assert ("Run `scripts/check.sh`" in text) is not is_off
