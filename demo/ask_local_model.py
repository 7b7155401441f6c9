"""Shows the agent at work without key and network: a local model acts in a scratch repository.

    python demo/ask_local_model.py --exe octavo

Makes a git repository in a temporary folder, runs `octavo exec --local --full-auto` there,
and tells what happened. Exits with 1 unless a shell call that fits the tool's schema ran in the
sandbox and the turn ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DEFAULT_TASK = "List the files."
SECONDS = 300


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="octavo-demo-") as root:
        workspace, home = Path(root, "project"), Path(root, "home")
        home.mkdir()
        _make_repository(workspace)
        print(f"A scratch repository: {workspace}\nThe task: {arguments.task}\n")
        started = time.monotonic()
        finished = _run_agent(arguments.exe, arguments.task, workspace, home)
        seconds = time.monotonic() - started
        events = _events(finished.stdout)
        calls, modes = _shell_calls(home), _sandbox_modes(home)
        _tell(events, calls, modes, workspace)
    problems = _problems(finished, events, calls, modes)
    for problem in problems:
        print(f"NOT AS IT SHOULD BE: {problem}")
    if problems and finished.stderr:
        print(f"\nWhat the agent said besides:\n{finished.stderr[-2000:]}")
    if not problems:
        print(f"\nDone in {seconds:.1f} s: a valid call ran in the sandbox, and the turn ended.")
    return 1 if problems else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A turn with the local model in a scratch repository.")
    parser.add_argument("--exe", default="octavo", help="the program to run")
    parser.add_argument("--task", default=DEFAULT_TASK, help="what to ask for")
    arguments = parser.parse_args()
    if os.sep in arguments.exe:
        arguments.exe = os.path.abspath(arguments.exe)
    return arguments


def _make_repository(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / "main.py").write_text('print("hello")\n')
    (workspace / "notes.txt").write_text("Things to do.\n")
    author = ["-c", "user.name=Demo", "-c", "user.email=demo@example.com"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *command], cwd=workspace, check=True)


def _run_agent(exe: str, task: str, workspace: Path, home: Path) -> subprocess.CompletedProcess[str]:
    secrets = ("CODEX_API_KEY", "OPENAI_API_KEY")
    environ = {name: value for name, value in os.environ.items() if name not in secrets}
    return subprocess.run(
        [exe, "exec", "--local", "--full-auto", "--json", task],
        cwd=workspace,
        env={**environ, "CODEX_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _events(stdout: str) -> list[dict[str, Any]]:
    events = []
    for line in stdout.splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def _records(home: Path, kind: str) -> list[dict[str, Any]]:
    """What the saved session holds of that kind."""
    paths = sorted(home.glob("sessions/**/*.jsonl"))
    records = [record for path in paths for record in _events(path.read_text())]
    return [record["payload"] for record in records if record.get("type") == kind]


def _shell_calls(home: Path) -> list[dict[str, Any]]:
    """The shell calls exactly as the model made them."""
    items = _records(home, "response_item")
    return [item for item in items if item.get("type") == "function_call" and item.get("name") == "shell"]


def _sandbox_modes(home: Path) -> list[str]:
    """Under which sandbox policy the turns ran."""
    return [turn["sandbox_policy"]["mode"] for turn in _records(home, "turn_context")]


def _fits_the_schema(call: dict[str, Any]) -> bool:
    """What the shell tool's schema demands: a list of words, and nothing it does not know."""
    try:
        arguments = json.loads(call["arguments"])
    except json.JSONDecodeError:
        return False
    known = {"command", "workdir", "timeout_ms", "with_escalated_permissions", "justification"}
    if not isinstance(arguments, dict) or not arguments.keys() <= known:
        return False
    command = arguments.get("command")
    return isinstance(command, list) and all(isinstance(word, str) for word in command)


def _commands(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    items = [event["item"] for event in events if event.get("type") == "item.completed"]
    return [item for item in items if item.get("type") == "command_execution"]


def _tell(
    events: Sequence[dict[str, Any]], calls: Sequence[dict[str, Any]], modes: Sequence[str], workspace: Path
) -> None:
    print(f"The sandbox: {', '.join(sorted(set(modes))) or 'none'}")
    for call in calls:
        print(f"The model called: shell {call['arguments']}")
    for command in _commands(events):
        print(f"It ran: {command.get('command')}\nIt ended with {command.get('exit_code')} and said:")
        print(_indented(command.get("aggregated_output", "")))
    for event in events:
        item = event.get("item", {})
        if event.get("type") == "item.completed" and item.get("type") == "agent_message":
            print(f"The model's answer: {item.get('text')}")
    print(f"In the project now: {', '.join(sorted(path.name for path in workspace.iterdir()))}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").splitlines()) or "    (nothing)"


def _problems(
    finished: subprocess.CompletedProcess[str],
    events: Sequence[dict[str, Any]],
    calls: Sequence[dict[str, Any]],
    modes: Sequence[str],
) -> list[str]:
    problems = []
    if finished.returncode != 0:
        problems.append(f"the agent ended with {finished.returncode}")
    if not any(_fits_the_schema(call) for call in calls):
        problems.append("no shell call that fits the schema was made")
    if not all(_fits_the_schema(call) for call in calls):
        problems.append("a shell call does not fit the schema")
    if not modes or set(modes) != {"workspace-write"}:
        problems.append("the turn did not run in the workspace-write sandbox")
    if not any(isinstance(command.get("exit_code"), int) for command in _commands(events)):
        problems.append("no command ran to its end")
    if not any(event.get("type") == "turn.completed" for event in events):
        problems.append("the turn did not end well")
    return problems


if __name__ == "__main__":
    sys.exit(main())
