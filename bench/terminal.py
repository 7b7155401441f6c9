"""The interactive terminal side by side: first paint, echo of keys under a stream, the cost of a long answer, idling.

    python bench/terminal.py --exe .venv/bin/octavo --exe /path/to/codex [--case first-paint] [--runs 5]

Each executable runs in a pseudo-terminal that answers what terminals are asked, against a paced model on this
machine. Runs are interleaved. What the cases measure stands in `docs/benchmarks.md`, "The terminal".
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from conversation import ID, write_conversation, write_sessions
from pseudo_terminal import PseudoTerminal
from trial import CONFIG

HERE = Path(__file__).resolve().parent
SESSIONS, LARGE = 5000, 300_000_000
TURNS = 3750  # 16 lines each
LAST_ANSWER = f"Answer {TURNS - 1}.".encode()
PAINTED = "›".encode()
SERVERS = "".join(f'[mcp_servers.mute{n}]\ncommand = "sleep"\nargs = ["600"]\n' for n in (1, 2))


class Place(NamedTuple):
    """Where one executable runs."""

    command: tuple[str, ...]
    home: Path
    work: Path

    def start(self, *words: str) -> PseudoTerminal:
        """In a terminal of 100 × 30."""
        variables = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "CODEX_HOME": str(self.home / ".codex"),
            "LANG": "C.UTF-8", "TERM": "xterm-256color",
        }  # fmt: skip
        return PseudoTerminal([*self.command, *words], str(self.work), variables)


@contextmanager
def place(command: tuple[str, ...], answer: dict[str, int], more: str = "") -> Iterator[Place]:
    """A home with a trusted project and a model of its own."""
    model = subprocess.Popen(
        [sys.executable, str(HERE / "paced_model.py"), json.dumps(answer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = Path(tempfile.mkdtemp(prefix="octavo-bench-", dir=Path.home()))
    try:
        assert model.stdin
        assert model.stdout
        port = int(model.stdout.readline())
        home, work = folder / "home", folder / "work"
        (home / ".codex").mkdir(parents=True)
        work.mkdir()
        subprocess.run(["git", "init", "--quiet", str(work)], check=True)
        config = CONFIG.format(port=port) + f'\n[projects."{work}"]\ntrust_level = "trusted"\n{more}'
        (home / ".codex" / "config.toml").write_text(config)
        here = Place(command, home, work)
        with here.start() as warm:  # what happens once per installation is not measured
            warm.until(lambda: PAINTED in warm.output, 20)
            warm.quiet(0.5, 5)
        yield here
        model.stdin.close()
    finally:
        model.kill()
        model.wait()
        shutil.rmtree(folder, ignore_errors=True)


def first_paint(here: Place) -> dict[str, float]:
    """Until the prompt sign of the composer is written."""
    with here.start() as terminal:
        terminal.until(lambda: PAINTED in terminal.output, 20)
        return {"ms": 1000 * (terminal.last_output - terminal.started)}


def echo(here: Place) -> dict[str, float]:
    """Key to echo while 2,000 deltas a second come in."""
    with here.start() as terminal:
        ask(terminal)
        return percentiles(typed(terminal, 150))


def long_answer(here: Place) -> dict[str, float]:
    """CPU for 4,000 lines in 20,000 deltas, until the last line stands there."""
    with here.start() as terminal:
        terminal.quiet(0.5, 10)
        before = terminal.cpu()
        ask(terminal)
        terminal.until(lambda: b"03999" in terminal.output and terminal.silent_for(1.0), 180)
        return {"cpu s": terminal.cpu() - before, "MB": terminal.memory() / 1e6}


def history(here: Place) -> dict[str, float]:
    """A resumed session of 60,000 lines: memory, and key to echo."""
    with here.start("resume", ID) as terminal:
        terminal.until(lambda: LAST_ANSWER in terminal.output and terminal.silent_for(1.0), 60)
        return {"MB": terminal.memory() / 1e6, **percentiles(typed(terminal, 100))}


def picker(here: Place) -> dict[str, float]:
    """The list of 5,000 saved sessions, one of 300 MB: until its first row, until it is left, and the CPU of both."""
    with here.start("resume") as terminal:
        terminal.until(lambda: f"Session {SESSIONS - 1}.".encode() in terminal.output, 60)
        shown, cpu = terminal.last_output, terminal.cpu()
        terminal.send(b"\x03")
        terminal.process.wait(30)
        return {
            "rows ms": 1000 * (shown - terminal.started),
            "left ms": 1000 * (time.perf_counter() - shown),
            "cpu ms": 1000 * cpu,
        }


def picker_known(here: Place) -> dict[str, float]:
    """The same once the list was whole before."""
    with here.start("resume") as terminal:
        terminal.until(lambda: f"Session {SESSIONS - 1}.".encode() in terminal.output, 60)
        terminal.quiet(2.0, 60)
    return picker(here)


def idle(here: Place) -> dict[str, float]:
    """Ten seconds in which nothing happens."""
    with here.start() as terminal:
        terminal.quiet(1.0, 15)
        size, before = len(terminal.output), terminal.cpu()
        time.sleep(10)
        return {"bytes": len(terminal.output) - size, "cpu ms": 1000 * (terminal.cpu() - before)}


class Case(NamedTuple):
    """A case: its measure, and the model's answer."""

    measure: Callable[[Place], dict[str, float]]
    answer: dict[str, int]
    more: str = ""
    saved_turns: int = 0
    saved_sessions: int = 0


CASES = {
    "first-paint": Case(first_paint, {}),
    "first-paint-servers": Case(first_paint, {}, SERVERS),
    "echo": Case(echo, {"lines": 6000, "deltas": 60_000, "rate": 2000}),
    "long-answer": Case(long_answer, {"lines": 4000, "deltas": 20_000, "rate": 0}),
    "history-60k": Case(history, {}, saved_turns=TURNS),
    "idle": Case(idle, {}),
    "picker-5000": Case(picker, {}, saved_sessions=SESSIONS),
    "picker-5000-known": Case(picker_known, {}, saved_sessions=SESSIONS),
}


def ask(terminal: PseudoTerminal) -> None:
    """Send a message, and wait for the start of the answer. Some take no message in their first seconds."""
    terminal.until(lambda: PAINTED in terminal.output, 20)
    terminal.quiet(0.5, 10)
    for key in "go":
        terminal.send(key.encode())
        time.sleep(0.05)
    for _ in range(5):
        time.sleep(0.3)
        terminal.send(b"\r")
        with suppress(TimeoutError):
            terminal.until(lambda: b"00000" in terminal.output, 8)
            return
    raise TimeoutError("no answer")


def typed(terminal: PseudoTerminal, count: int) -> list[float]:
    """Milliseconds from each of so many keys to its echo. The letters are none that stand on the screen otherwise."""
    times = []
    for number in range(count):
        key = b"ZQJ"[number % 3 : number % 3 + 1]
        at = len(terminal.output)
        start = time.perf_counter()
        terminal.send(key)
        terminal.until(lambda at=at, key=key: key in terminal.output[at:], 5)  # type: ignore[misc]
        times.append(1000 * (time.perf_counter() - start))
        time.sleep(0.03 + 0.01 * (number % 3))
    return times


def percentiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50 ms": statistics.median(ordered), "p99 ms": ordered[int(len(ordered) * 0.99)]}


def resolved(text: str) -> tuple[str, ...]:
    """A command line, its program by its whole path: it runs in another folder."""
    program, *words = shlex.split(text)
    return (shutil.which(program) or program) if os.path.isabs(program) else os.path.abspath(program), *words


def prepare(here: Place, case: Case) -> None:
    if case.saved_turns:
        write_conversation(here.home / ".codex", here.work, case.saved_turns)
    if case.saved_sessions:
        write_sessions(here.home / ".codex", here.work, case.saved_sessions, LARGE)


def main() -> None:
    parser = argparse.ArgumentParser(description="The interactive terminal side by side.")
    parser.add_argument("--exe", action="append", required=True, help="an executable or a command line; repeatable")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one; repeatable")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    commands = [resolved(exe) for exe in options.exe]
    for name in options.case or CASES:
        case = CASES[name]
        figures: dict[tuple[str, ...], list[dict[str, float]]] = {command: [] for command in commands}
        for _ in range(options.runs):
            for command in commands:
                with place(command, case.answer, case.more) as here:
                    prepare(here, case)
                    figures[command].append(case.measure(here))
        print(f"\n{name}: {case.measure.__doc__}")
        for command, runs in figures.items():
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            shown = "  ".join(f"{key} {value:.1f}" for key, value in medians.items())
            print(f"  {shown:50} {' '.join(command)[-60:]}", flush=True)


if __name__ == "__main__":
    main()
