"""The examples of the page on limits do what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The page's block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def run(folder: Path, words: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    """Run the words in `folder` with a model that never gets done, whose answers cost 0.2 each."""
    call = {"type": "function_call", "call_id": "c", "name": "shell", "arguments": '{"command":["true"]}'}
    usage = {"input_tokens": 160_000, "output_tokens": 0, "total_tokens": 160_000}
    events = [
        {"type": "response.output_item.done", "item": call},
        {"type": "response.completed", "response": {"id": "r", "usage": usage}},
    ]
    tape = folder / "tape.jsonl"
    tape.write_text((json.dumps({"events": events}) + "\n") * 60)
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder)}
    argv = [sys.executable, "-m", *words[:2], "--skip-git-repo-check", "--replay", str(tape), *more, *words[2:]]
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_stops_at_its_cost(tmp_path: Path) -> None:
    prices = example("toml").partition("[prices")
    (tmp_path / "config.toml").write_text("".join(prices[1:]))
    result = run(tmp_path, shlex.split(example("sh")))
    assert result.returncode == 4
    assert "Stopped at a limit: cost: 0.6000 USD, and max_cost is 0.5" in result.stderr


def test_the_profile_stops_after_its_calls(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(example("toml"))
    result = run(tmp_path, ["octavo", "exec", "go"], "-p", "ci", "-c", "loop_guard=false")
    assert result.returncode == 4
    assert "calls of the model: 10, and max_turns is 10" in result.stderr
