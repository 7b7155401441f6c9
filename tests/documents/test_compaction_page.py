"""The examples of the page on compaction do what it says: what went is told, and comes back."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "compaction.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def run(folder: Path, *words: str) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder)}
    argv = [sys.executable, "-m", "octavo", *words]
    result = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def answers(folder: Path, *items: dict[str, Any], tokens: int = 100) -> str:
    """A recording in which each answer is one item; the last but one fills the window."""
    tape = folder / "tape.jsonl"
    lines = []
    for place, item in enumerate(items, 1):
        total = tokens if place == len(items) - 1 else 10
        usage = {"input_tokens": total, "output_tokens": 0, "total_tokens": total}
        done = {"type": "response.output_item.done", "item": item}
        lines.append(json.dumps({"events": [done, {"type": "response.completed", "response": {"usage": usage}}]}))
    tape.write_text("\n".join(lines))
    return str(tape)


def said(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def called(command: str) -> dict[str, Any]:
    arguments = json.dumps({"command": ["sh", "-c", command]})
    return {"type": "function_call", "call_id": "c1", "name": "shell", "arguments": arguments}


def test_what_went_is_told_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("model_auto_compact_token_limit = 4000\n" + example("toml"))
    tape = answers(
        tmp_path, called("seq -f 'line %g of what the tool says' 1 200"), said("x" * 900), said("y"), tokens=4000
    )
    text = run(tmp_path, "exec", "--skip-git-repo-check", "--replay", tape, "-s", "danger-full-access", "Read it")
    assert "Took out old tool output to make room: 1 output, " in text
    (path,) = (tmp_path / "sessions").rglob("rollout-*.jsonl")
    show, rollback = (shlex.split(line)[1:] for line in example("sh").splitlines())
    words = {"SESSION": str(path)}
    shown = run(tmp_path, *(words.get(word, word) for word in show))
    assert re.search(r"^1\. .*  1 output of tools \([\d,]+ bytes\) went\n +[\d,]+  sh -c \"seq", shown)
    assert "Taken back" in run(tmp_path, *(words.get(word, word) for word in rollback))
    assert "went, taken back since\n" in run(tmp_path, *(words.get(word, word) for word in show))
    again = json.loads(run(tmp_path, *(words.get(word, word) for word in show), "--json"))
    assert [(one["taken_back"], len(one["dropped"])) for one in again["compactions"]] == [(True, 1)]
    last = json.loads(path.read_text().splitlines()[-2])
    outputs = [item["output"] for item in last["payload"]["replacement_history"] if "output" in item]
    assert "line 200 of what the tool says" in outputs[0]
