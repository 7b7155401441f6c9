"""The example of the page on what may not be read does what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "deny-read.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The page's block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


@pytest.mark.parametrize("mode", ["read-only", "danger-full-access"])
def test_the_command_does_not_read_what_is_named(tmp_path: Path, mode: str) -> None:
    from octavo.sandbox.capabilities import capabilities

    if capabilities().namespace == "none":
        pytest.skip("needs a mount namespace")
    for name in (".env", ".env.example", "key.pem", "secrets/inside", ".ssh/id"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}\n")
    (tmp_path / "config.toml").write_text(example("toml"))
    script = "cat .env key.pem secrets/inside ~/.ssh/id .env.example"
    arguments = json.dumps({"command": ["bash", "-c", script]})
    call = {"type": "function_call", "call_id": "c", "name": "shell", "arguments": arguments}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    done = {"type": "response.completed", "response": {"id": "r", "usage": usage}}
    tape = tmp_path / "tape.jsonl"
    items = (call, {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "no"}]})
    tape.write_text("".join(
        json.dumps({"events": [{"type": "response.output_item.done", "item": item}, done]}) + "\n" for item in items
    ))  # fmt: skip
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    words = shlex.split(example("sh"))
    argv = [sys.executable, "-m", *words[:2], "--skip-git-repo-check", "--replay", str(tape), "-s", mode, *words[2:]]
    ran = subprocess.run(argv, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0
    shown = ran.stdout + ran.stderr
    assert re.findall(r"content of (\S+)", shown) == [".env.example"]
    assert f"{tmp_path}/.env may not be read: `.env` in `deny_read`" in shown
