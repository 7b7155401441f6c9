"""The example of the page on hooks does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The page's block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def test_the_hook_keeps_the_agent_from_pushing(tmp_path: Path) -> None:
    (tmp_path / "hooks.json").write_text(example("json"))
    commands = [["bash", "-lc", "git push origin main"], ["bash", "-lc", "echo fine"]]
    calls = [
        {"type": "function_call", "call_id": f"c{n}", "name": "shell", "arguments": json.dumps({"command": command})}
        for n, command in enumerate(commands)
    ]
    said = {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": "Done"}]}
    done = {"type": "response.completed", "response": {"id": "r"}}
    tape = [{"events": [{"type": "response.output_item.done", "item": item}, done]} for item in (*calls, said)]
    (tmp_path / "tape.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in tape))
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    argv = [sys.executable, "-m", "octavo", "exec", "--skip-git-repo-check", "--replay", "tape.jsonl", "go"]
    result = subprocess.run(argv, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert result.stdout == "Done\n"
    assert "warning: A hook stopped a call of shell: Pushing is for people." in result.stderr
    (saved,) = tmp_path.glob("sessions/*/*/*/*.jsonl")
    outputs = [line for line in saved.read_text().splitlines() if '"function_call_output"' in line]
    assert "stopped by a hook: Pushing is for people." in outputs[0]
    assert "fine" in outputs[1]


def test_the_other_form_is_read(tmp_path: Path) -> None:
    from octavo.tools.user_hooks.definitions import read_hooks

    (hook,) = read_hooks(str(tmp_path), tomllib.loads(example("toml"))["hooks"], ()).active
    assert (hook.event, hook.matcher, hook.timeout) == ("PreToolUse", "^Bash$", 10)
