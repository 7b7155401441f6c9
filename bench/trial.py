"""One measured run: a home and a repository of its own, the executable, and a look at whether it did its work.

Every executable gets one folder, `home` (with `.codex`) and `workspace`. After the warm-up the folder is kept as it
is, and each run starts from a fresh copy of it: what a program does once per installation is not measured.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cases import ESCAPED, WARM_UP, Case
from conversation import write_conversation
from cpu_clock import open_clock, read_clock
from model import Model

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where this machine keeps the roots that encrypted connections are checked against: programs read them at start."""

METER = str(Path(__file__).with_name("meter.py"))
CONFIG = """\
model = "gpt-5-codex"
model_provider = "bench"
model_context_window = 100000000
model_auto_compact_token_limit = 100000000
check_for_update_on_startup = false

[model_providers.bench]
name = "bench"
base_url = "http://127.0.0.1:{port}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false
"""


class Contestant(NamedTuple):
    """Something to run, and the folder in which it runs; `profile` is a home folder to use in place of an empty one."""

    label: str
    command: tuple[str, ...]
    folder: Path
    profile: Path | None = None


class Figures(NamedTuple):
    """What a run cost: seconds, seconds, bytes."""

    wall: float
    cpu: float
    memory: float


class WrongRunError(Exception):
    """The program did not do what the case asks; its figures mean nothing."""


def warm_up(contestant: Contestant, model: Model, seconds: float) -> bool:
    """Make the folder, run one turn in it and keep it. Tells whether the sandbox held.

    Raises `WrongRunError` if the turn did not come to its end.
    """
    home, workspace = contestant.folder / "home", contestant.folder / "workspace"
    (home / ".codex").mkdir(parents=True)
    (home / ".codex" / "config.toml").write_text(CONFIG.format(port=model.port), encoding="utf-8")
    workspace.mkdir()
    subprocess.run(["git", "init", "--quiet", str(workspace)], check=True)
    try:
        run_turn(contestant, WARM_UP, model, seconds)
    finally:
        held = not (home / ESCAPED).exists()
        (home / ESCAPED).unlink(missing_ok=True)
        shutil.rmtree(home / ".codex" / "sessions", ignore_errors=True)
        shutil.copytree(contestant.folder, kept(contestant), symlinks=True)
    return held


def run_case(contestant: Contestant, case: Case, model: Model, seconds: float) -> Figures:
    """One run of a case. Raises `WrongRunError`."""
    restore(contestant)
    if case.script is None:
        return measure(contestant, case.arguments, seconds)
    if case.saved_turns:
        write_conversation(contestant.folder / "home/.codex", contestant.folder / "workspace", case.saved_turns)
    return run_turn(contestant, case, model, seconds)


def run_turn(contestant: Contestant, case: Case, model: Model, seconds: float) -> Figures:
    """Run one turn against the model server and check what both sides saw."""
    assert case.script
    model.prepare(case.script)
    figures = measure(contestant, case.arguments, seconds)
    seen = model.report()
    if seen["requests"] != case.script.calls + 1:
        raise WrongRunError(f"the model got {seen['requests']} requests and not {case.script.calls + 1}")
    if case.leaves:
        if not (contestant.folder / "workspace" / case.leaves).exists():
            raise WrongRunError("the command did not come to its end")
    elif case is not WARM_UP and seen["succeeded"] != case.script.calls + case.saved_turns:
        commands = case.script.calls + case.saved_turns
        raise WrongRunError(f"the model was shown {seen['succeeded']} successful commands and not {commands}")
    if not output(contestant, "stdout").rstrip().endswith(case.script.message.rstrip()):
        raise WrongRunError("the answer is not on standard output")
    return figures


def measure(contestant: Contestant, arguments: tuple[str, ...], seconds: float) -> Figures:
    """Run the program under the meter. Nothing that it started is left when this returns."""
    files = [str(contestant.folder / name) for name in ("stdout", "stderr")]
    meter = subprocess.Popen(
        [sys.executable, "-I", "-S", METER, *files, *contestant.command, *arguments],
        cwd=contestant.folder / "workspace",
        env=environment(contestant),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert meter.stdout
    meter.stdout.readline()
    clock = open_clock(meter.pid)
    try:
        report, _ = meter.communicate("\n", timeout=seconds)
        spent = read_clock(clock) if clock is not None else None
    except subprocess.TimeoutExpired:
        raise WrongRunError(f"not done after {seconds:g} s") from None
    finally:
        end_processes(meter.pid, contestant.folder)
        meter.wait()
        if clock is not None:
            os.close(clock)
    if not report:
        raise WrongRunError("the program could not be started")
    code, *costs = report.split()
    if code != "0":
        last = output(contestant, "stderr").strip().rpartition("\n")[2]
        raise WrongRunError(f"exit code {code}: {last[:200]}")
    wall, waited_for, memory, own = map(float, costs)
    return Figures(wall, waited_for if spent is None else spent - own, memory)


def environment(contestant: Contestant) -> dict[str, str]:
    """The same small environment for everyone: no keys, no proxies, no settings of the person at the desk."""
    home = contestant.folder / "home"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(contestant.profile or home),
        "CODEX_HOME": str(home / ".codex"),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        **{name: os.environ[name] for name in CERTIFICATES if name in os.environ},
    }


def end_processes(group: int, folder: Path) -> None:
    """End the process group, and whatever has left it but still carries the folder's home in its environment."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    mark = f"CODEX_HOME={folder}/home/.codex".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                os.kill(int(entry.parent.name), signal.SIGKILL)
        except OSError:
            continue


def restore(contestant: Contestant) -> None:
    shutil.rmtree(contestant.folder)
    shutil.copytree(kept(contestant), contestant.folder, symlinks=True)


def kept(contestant: Contestant) -> Path:
    return contestant.folder.with_suffix(".kept")


def output(contestant: Contestant, stream: str) -> str:
    return (contestant.folder / stream).read_text(encoding="utf-8", errors="replace")
