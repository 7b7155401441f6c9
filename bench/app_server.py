"""App servers as their clients drive them: the first turn of a server, and many threads in one.

python bench/app_server.py --exe A --exe B [--case first-turn] [--runs 7] [--threads 200]

Each run starts every executable anew, in turns. `first-turn` goes from the start of the program over handshake and
`thread/start` to the first `turn/completed`. `threads` goes, in a server that has had a turn, from the first
`thread/start` to the last `turn/completed` of all threads, whose turns of 20 deltas run at the same time.
`conversations` is the same as `threads` in the words of the first generation of clients.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from answers import Script
from model import Model, running_model
from trial import CONFIG, Contestant, end_processes, environment

Json = dict[str, Any]
HELLO = {"clientInfo": {"name": "bench", "title": None, "version": "1"}, "capabilities": {"experimentalApi": True}}
GIVE_UP_SECONDS = 120.0
AT_A_TIME = 8


class Figures(NamedTuple):
    """Seconds, seconds of the server's own CPU, and megabytes of resident memory."""

    wall: float
    cpu: float
    memory: float


class Server:
    """A server that has just been started."""

    def __init__(self, contestant: Contestant) -> None:
        self.begun = time.perf_counter()
        self._process = subprocess.Popen(
            [*contestant.command, "app-server"],
            cwd=contestant.folder / "workspace",
            env=environment(contestant),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._contestant, self._number = contestant, 0

    def greet(self) -> None:
        self.answers({self.ask("initialize", HELLO)})
        self._send({"method": "initialized"})

    def ask(self, method: str, params: Json) -> int:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def answers(self, numbers: set[int]) -> dict[int, Json]:
        """The results of these requests."""
        found: dict[int, Json] = {}
        for message in self._until(lambda: len(found) == len(numbers)):
            if message.get("id") in numbers and "method" not in message:
                found[message["id"]] = message["result"]
        return found

    def run_turns(self, threads: list[str]) -> None:
        """A turn in each thread, to the end of the last. Some servers refuse more than a few requests at a time."""
        waiting, open_requests = list(threads), set[int]()
        over: set[str] = set()

        def ask_more() -> None:
            while waiting and len(open_requests) < AT_A_TIME:
                params = {"threadId": waiting.pop(), "input": [{"type": "text", "text": "go"}]}
                open_requests.add(self.ask("turn/start", params))

        ask_more()
        for message in self._until(lambda: len(over) == len(threads)):
            if "method" not in message:
                open_requests.discard(message["id"])
                ask_more()
            elif message["method"] == "turn/completed":
                if message["params"]["turn"]["status"] != "completed":
                    raise SystemExit(f"{self._contestant.label}: a turn failed: {message['params']['turn']}")
                over.add(message["params"]["threadId"])

    def start_threads(self, count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            numbers = {self.ask("thread/start", {}) for _ in range(min(AT_A_TIME, count - len(found)))}
            found += [answer["thread"]["id"] for answer in self.answers(numbers).values()]
        return found

    def cpu(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024 / 1_000_000

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        end_processes(self._process.pid, self._contestant.folder)

    def _send(self, message: Json) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _until(self, is_over: Callable[[], bool]) -> Any:
        assert self._process.stdout
        give_up = time.perf_counter() + GIVE_UP_SECONDS
        while not is_over():
            line = self._process.stdout.readline()
            if not line or time.perf_counter() > give_up:
                raise SystemExit(f"{self._contestant.label}: the server ended, or takes longer than a minute or two")
            message = json.loads(line)
            if "error" in message:
                raise SystemExit(f"{self._contestant.label}: {message['error']}")
            yield message


class FirstGeneration(Server):
    """A server whose client speaks as those of the first generation do."""

    def run_turns(self, threads: list[str]) -> None:
        """A turn in each conversation, to the end of the last."""
        over: set[str] = set()
        for thread in threads:
            items = [{"type": "text", "data": {"text": "go"}}]
            self.ask("sendUserMessage", {"conversationId": thread, "items": items})
        for message in self._until(lambda: len(over) == len(threads)):
            if message.get("method") == "codex/event/error":
                raise SystemExit(f"{self._contestant.label}: a turn failed: {message['params']}")
            if message.get("method") == "codex/event/task_complete":
                over.add(message["params"]["conversationId"])

    def start_threads(self, count: int) -> list[str]:
        numbers = {self.ask("newConversation", {}) for _ in range(count)}
        found = [answer["conversationId"] for answer in self.answers(numbers).values()]
        self.answers({self.ask("addConversationListener", {"conversationId": each}) for each in found})
        return found


def first_turn(contestant: Contestant, _: int) -> Figures:
    server = Server(contestant)
    try:
        server.greet()
        server.run_turns(server.start_threads(1))
        return Figures(time.perf_counter() - server.begun, server.cpu(), server.memory())
    finally:
        server.end()


def many_threads(contestant: Contestant, count: int, of: type[Server] = Server) -> Figures:
    """The memory is what each thread adds."""
    server = of(contestant)
    try:
        server.greet()
        server.run_turns(server.start_threads(1))
        cpu, memory, begun = server.cpu(), server.memory(), time.perf_counter()
        server.run_turns(server.start_threads(count))
        wall = time.perf_counter() - begun
        return Figures(wall, server.cpu() - cpu, (server.memory() - memory) / count)
    finally:
        server.end()


def many_conversations(contestant: Contestant, count: int) -> Figures:
    """The memory is what each conversation adds."""
    return many_threads(contestant, count, FirstGeneration)


CASES: dict[str, tuple[Callable[[Contestant, int], Figures], Script]] = {
    "first-turn": (first_turn, Script()),
    "threads": (many_threads, Script(deltas=20)),
    "conversations": (many_conversations, Script(deltas=20)),
}


def make_place(contestant: Contestant, model: Model) -> None:
    home = contestant.folder / "home" / ".codex"
    home.mkdir(parents=True)
    (home / "config.toml").write_text(CONFIG.format(port=model.port), encoding="utf-8")
    (contestant.folder / "workspace").mkdir()
    subprocess.run(["git", "init", "--quiet", str(contestant.folder / "workspace")], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exe", action="append", required=True, help="executable or command line; repeatable")
    parser.add_argument("--case", action="append", choices=CASES, help="only this; repeatable")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=200)
    options = parser.parse_args()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    base.mkdir(parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory(prefix="octavo-bench-", dir=base, ignore_cleanup_errors=True)
    with folder as name, running_model() as model:
        contestants = []
        for number, text in enumerate(options.exe):
            program, *words = shlex.split(text)
            command = (os.path.abspath(shutil.which(program) or program), *words)
            contestants.append(Contestant(chr(ord("A") + number), command, Path(name).resolve() / str(number)))
            make_place(contestants[-1], model)
            print(contestants[-1].label, text)
        for case, (measure, script) in CASES.items():
            if options.case and case not in options.case:
                continue
            figures: defaultdict[str, list[Figures]] = defaultdict(list)
            for run in range(options.runs + 1):  # the first one warms up
                for contestant in contestants:
                    model.prepare(script)
                    figure = measure(contestant, options.threads)
                    if run:
                        figures[contestant.label].append(figure)
            show(case, figures, options.threads)


def show(case: str, figures: dict[str, list[Figures]], threads: int) -> None:
    is_many = case != "first-turn"
    of_each = "each adds" if is_many else "memory"
    print(f"\n{case}{f' ({threads})' if is_many else ''}")
    first: Figures | None = None
    for label, runs in figures.items():
        middle = Figures(*(statistics.median(column) for column in zip(*runs, strict=True)))
        first = first or middle
        walls = [run.wall for run in runs]
        print(
            f"  {label}  {middle.wall * 1000:8.0f} ms ({min(walls) * 1000:.0f}-{max(walls) * 1000:.0f})"
            f"  x{middle.wall / first.wall:.2f}   CPU {middle.cpu * 1000:7.0f} ms  x{middle.cpu / first.cpu:.2f}"
            f"   {of_each} {middle.memory:.2f} MB"
        )


if __name__ == "__main__":
    main()
