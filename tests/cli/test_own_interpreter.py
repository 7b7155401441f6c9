"""What a user of Python sets for his own programs does not reach ours, and reaches the commands of the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

OCTAVO = os.path.join(os.path.dirname(sys.executable), "octavo")
# Not `re` and `enum`: the start script that older versions of pip write imports them before our first line.
SHADOWS = ("msgspec", "asyncio", "logging", "json", "octavo_not_there", "sitecustomize")


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder of modules that must never be loaded."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for name in SHADOWS:
        (folder / f"{name}.py").write_text("import os; os.write(2, b'planted'); os._exit(99)\n")
    (folder / "sitecustomize.py").unlink()
    return folder


def run(tmp_path: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path), **variables}
    return subprocess.run(
        [OCTAVO, *words], check=False, env=environ, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True
    )


def tape(tmp_path: Path, command: str) -> str:
    """A recorded model that runs a command and says what it saw."""
    arguments = json.dumps({"command": ["sh", "-c", command]})
    call = {"type": "function_call", "name": "shell", "call_id": "c", "arguments": arguments}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]}
    end = {"type": "response.completed", "response": {"id": "r"}}
    lines = [{"events": [{"type": "response.output_item.done", "item": item}, end]} for item in (call, said)]
    path = tmp_path / "tape.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_modules_on_the_users_path_are_not_ours(tmp_path: Path, planted: Path) -> None:
    words = ("exec", "--skip-git-repo-check", "--replay", tape(tmp_path, "echo [$PYTHONPATH]"), "hi")
    result = run(tmp_path, *words, PYTHONPATH=str(planted), PYTHONSTARTUP=str(planted / "json.py"))
    assert (result.returncode, result.stdout) == (0, b"done\n")
    assert b"planted" not in result.stderr.replace(str(planted).encode(), b"")
    assert f"[{planted}]".encode() in result.stderr, "commands get it unchanged"


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONINSPECT": "1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONVERBOSE": "1"},
        {"PYTHONBREAKPOINT": "nothing.at.all"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_settings_of_python_change_nothing(tmp_path: Path, variables: dict[str, str]) -> None:
    usual = run(tmp_path, "features", "list")
    result = run(tmp_path, "features", "list", **variables)
    assert (result.returncode, result.stdout) == (0, usual.stdout)
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "en_US.ISO-8859-1"}])
def test_texts_stay_whole_in_any_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    recorded = tape(tmp_path, "cat ü.txt; echo ÷ > é.txt")
    words = ("exec", "--skip-git-repo-check", "--yolo", "--replay", recorded, "größe 日")
    (tmp_path / "ü.txt").write_text("inhalt ß\n")
    result = run(tmp_path, *words, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", **locale)
    assert result.returncode == 0
    assert "größe 日".encode() in result.stderr
    assert "inhalt ß".encode() in result.stderr
    assert (tmp_path / "é.txt").read_text() == "÷\n"
