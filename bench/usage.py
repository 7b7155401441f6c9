"""What `octavo usage` takes over 10,000 saved sessions: the first time, and from its index afterwards.

python bench/usage.py --exe .venv/bin/octavo [--runs 9] [--sessions 10000]

In turns with it runs a bare Python that looks at size and time of the same files: the least that anybody has to do
who wants to know whether something has changed. The ratio to that means something on a busy machine too.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

WALK = """
import os, sys
def look(folder):
    for one in os.scandir(folder):
        if one.is_dir(follow_symlinks=False):
            look(one.path)
        else:
            one.stat(follow_symlinks=False)
look(sys.argv[1])
"""
START = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


def make_sessions(home: str, count: int) -> None:
    """Sessions of one to sixteen answers, some a minute apart and some an hour."""
    chance = random.Random(7)
    for number in range(count):
        at = START + datetime.timedelta(minutes=45 * number)
        folder = os.path.join(home, "sessions", at.strftime("%Y/%m/%d"))
        os.makedirs(folder, exist_ok=True)
        name = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        path = os.path.join(folder, at.strftime(f"rollout-%Y-%m-%dT%H-%M-%S-{name}.jsonl"))
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in session(name, at, chance))


def session(name: str, at: datetime.datetime, chance: random.Random) -> list[dict[str, object]]:
    """The lines that tell of tokens."""
    cwd = f"/home/someone/project-{chance.randrange(40)}"
    meta = {"id": name, "timestamp": _text(at), "cwd": cwd, "originator": "codex_exec", "cli_version": "0.1.0"}
    context = {"cwd": cwd, "model": chance.choice(["gpt-5", "gpt-5-codex"]), "summary": "auto"}
    lines = [_line(at, "session_meta", meta), _line(at, "turn_context", context)]
    total = dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens"), 0)
    for _ in range(chance.randint(1, 16)):
        at += datetime.timedelta(seconds=chance.choice([60, 60, 60, 3600]))
        numbers = (chance.randrange(50_000), 4_000, chance.randrange(2_000), 100)
        last = dict(zip(total, numbers, strict=True))
        total = {kind: total[kind] + last[kind] for kind in total}
        usage = {"total_token_usage": total | _sum(total), "last_token_usage": last | _sum(last)}
        lines.append(_line(at, "event_msg", {"type": "token_count", "info": usage, "rate_limits": None}))
    return lines


def _sum(usage: dict[str, int]) -> dict[str, int]:
    return {"total_tokens": usage["input_tokens"] + usage["output_tokens"]}


def _line(at: datetime.datetime, kind: str, payload: object) -> dict[str, object]:
    return {"timestamp": _text(at), "type": kind, "payload": payload}


def _text(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def timed(command: list[str], environ: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exe", default="octavo", help="the executable")
    parser.add_argument("--runs", type=int, default=9, help="runs from the index")
    parser.add_argument("--sessions", type=int, default=10_000, help="saved sessions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="octavo-usage-") as home:
        make_sessions(home, options.sessions)
        environ = {"PATH": os.environ["PATH"], "HOME": home, "CODEX_HOME": home, "LANG": "C.UTF-8"}
        commands = {"usage": [options.exe, "usage"], "bare walk": [sys.executable, "-I", "-S", "-c", WALK, home]}
        subprocess.run([options.exe, "--version"], env=environ, check=True, stdout=subprocess.DEVNULL)
        wall, cpu = timed(commands["usage"], environ)
        print(f"first time  {wall * 1000:7.0f} ms  {cpu * 1000:7.0f} ms CPU")
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                found[name].append(timed(command, environ))
    medians = {
        name: [statistics.median(column) for column in zip(*times, strict=True)] for name, times in found.items()
    }
    for name, (wall, cpu) in medians.items():
        print(f"{name:10}  {wall * 1000:7.0f} ms  {cpu * 1000:7.0f} ms CPU")
    wall, cpu = (one / bare for one, bare in zip(medians["usage"], medians["bare walk"], strict=True))
    print(f"{'ratio':10}  {wall:7.2f}     {cpu:7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
