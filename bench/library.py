"""The library's own cost: importing it, and many agents at once in one process. See docs/benchmarks.md.

    .venv/bin/python bench/library.py [--agents 100] [--calls 10] [--runs 5]

Every agent has a model in memory that calls a tool again and again. CPU time is that of this
process and of everything that it starts; of `shell` what the same commands cost in the same sandbox,
without an agent, is taken off.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cpu_clock import open_clock, read_clock

TRUE = "/usr/bin/true"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", choices=("python", "shell"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_process(options.one, options.agents, options.calls)
        return
    for code in (
        "import asyncio, msgspec",
        "import octavo",
        "import octavo; octavo.Agent",
        "import octavo; octavo.SyncAgent",
    ):
        print(f"{code:34} {import_ms(code, options.runs):6.1f} ms over bare Python")
    for kind in ("python", "shell"):
        command = [sys.executable, __file__, "--one", kind, "--agents", str(options.agents)]
        runs = [
            subprocess.run([*command, "--calls", str(options.calls)], check=True, stdout=subprocess.PIPE, text=True)
            for _ in range(options.runs)
        ]
        figures = [list(map(float, run.stdout.split())) for run in runs]
        cpu, memory, bare = (statistics.median(column) for column in zip(*figures, strict=True))
        beyond = f" beyond the commands ({bare:.2f} ms)" if bare else ""
        work = f"{options.agents} agents, {options.calls} calls of {kind}"
        print(f"{work:34} {cpu:6.2f} ms a call{beyond}, {memory:.2f} MB each")


def import_ms(code: str, runs: int) -> float:
    """CPU time of a start with the code, less that of one without, medians of interleaved runs."""
    times: dict[str, list[float]] = {"pass": [], code: []}
    for _ in range(max(runs, 3) * 3):
        for one, taken in times.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", one], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1000 * (statistics.median(times[code]) - statistics.median(times["pass"]))


def one_process(kind: str, agents: int, calls: int) -> None:
    """Print milliseconds of CPU for a call, megabytes for an agent, and what was taken off a call."""
    clock = open_clock(os.getpid())
    if clock is None:
        raise SystemExit("this needs perf events")
    with tempfile.TemporaryDirectory() as folder:
        bare = asyncio.run(commands(clock, agents, calls, folder)) if kind == "shell" else 0.0
        spent, memory = asyncio.run(many(clock, kind, agents, calls, Path(folder)))
    print(1000 * (spent - bare) / (agents * calls), memory / agents, 1000 * bare / (agents * calls))


async def commands(clock: int, agents: int, calls: int, folder: str) -> float:
    """Seconds of CPU that the same commands take in the same sandbox, so many at a time, without any agent."""
    from octavo.process.run import run_command
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.sandbox.spec import sandbox_spec

    environ = {"PATH": "/usr/bin:/bin", "HOME": folder}
    sandbox = sandbox_spec(WorkspaceWrite(), folder, environ)

    async def some(number: int) -> None:
        for _ in range(number):
            await run_command(
                [TRUE], cwd=folder, environ=environ, sandbox=sandbox, timeout_ms=None, on_output=lambda *_: None
            )

    await some(1)
    before = read_clock(clock)
    await asyncio.gather(*(some(calls) for _ in range(agents)))
    return read_clock(clock) - before


async def many(clock: int, kind: str, agents: int, calls: int, folder: Path) -> tuple[float, float]:
    """Seconds of CPU, and megabytes that the process has grown by while all agents were there."""
    made = [agent(kind, calls, folder / str(number)) for number in range(agents + 1)]
    await (await made[0].thread_start()).run("go")  # everything is loaded
    gc.collect()
    memory, before = resident(), read_clock(clock)
    threads = [await one.thread_start() for one in made[1:]]
    results = await asyncio.gather(*(thread.run("go") for thread in threads))
    spent, grown = read_clock(clock) - before, resident() - memory
    counts = sorted({len(result.items) for result in results})
    if counts != [calls + 2]:
        raise SystemExit(f"not every call was made: {counts} items")
    for one in made:
        await one.aclose()
    return spent, grown


def agent(kind: str, calls: int, folder: Path) -> Any:
    """An agent that calls the tool so often and then says that it is done."""
    from octavo import Agent, ScriptedBackend, tool

    @tool(access="read")
    async def step(number: int) -> int:
        """Take a step."""
        return number

    folder.mkdir()
    name, text = ("shell", f'{{"command": ["{TRUE}"]}}') if kind == "shell" else ("step", '{"number": 1}')
    end = {"type": "response.completed", "response": {"id": "r", "usage": {"input_tokens": 1, "total_tokens": 1}}}
    script: list[list[Any]] = []
    for number in range(calls):
        call = {"type": "function_call", "name": name, "call_id": f"c{number}", "arguments": text}
        script.append([{"type": "response.output_item.done", "item": call}, end])
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]}
    script.append([{"type": "response.output_item.done", "item": said}, end])
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return Agent(
        cwd=folder,
        codex_home=folder,
        environ=environ,
        model="gpt-5",
        sandbox="workspace-write",
        tools=[step],
        backend=ScriptedBackend(script),
    )


def resident() -> float:
    """Megabytes that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
