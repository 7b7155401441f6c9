"""Measure executables that understand `exec`, side by side, against a local model server. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cases import CASES, Case
from cpu_clock import counts_everything
from figures import Series, raw, table
from model import Model, running_model
from trial import Contestant, WrongRunError, measure, output, run_case, warm_up

GIVE_UP_AFTER = 2


class Entry(NamedTuple):
    """A contestant after its warm-up: what it calls itself, and why it cannot take a turn (empty if it can).

    `sandbox_held` is true only if the warm-up has shown it.
    """

    contestant: Contestant
    version: str
    fault: str
    sandbox_held: bool


def main() -> int:
    options = parse_options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    with scratch_folder() as scratch, running_model() as model:
        contestants = [
            Contestant(chr(ord("A") + number), resolved(text), scratch / chr(ord("A") + number), options.home)
            for number, text in enumerate(options.exe)
        ]
        entries = [enter(contestant, model, options) for contestant in contestants]
        load = os.getloadavg()[0]
        print(f"{platform.platform()}, {os.cpu_count()} processors, load {load:.1f}")
        print(f"CPU time of {cpu_scope()}\n")
        cases = [case for case in CASES if not options.case or case.name in options.case]
        results = {case: measure_case(case, entries, model, options) for case in cases}
    if options.json:
        options.json.write_text(json.dumps(everything(entries, results, load), indent=1) + "\n", encoding="utf-8")
    return 1 if any(series.wrong for rows in results.values() for series in rows) else 0


def cpu_scope() -> str:
    everything = "the program and all it started"
    return everything if counts_everything() else f"{everything}, as far as it was waited for"


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exe", action="append", required=True, help="executable or command line; repeatable")
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this; repeatable")
    parser.add_argument("--runs", type=int, help="runs per case and executable (default: 15 for light cases, 5-7)")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds before a run counts as wrong")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the home folder whose profile login shells read")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to this file")
    options = parser.parse_args()
    if options.runs is not None and options.runs < 1:
        parser.error("--runs must be at least 1")
    missing = next((text for text in options.exe if not shutil.which((shlex.split(text) or [""])[0])), None)
    if missing is not None:
        parser.error(f"not an executable: {missing!r}")
    return options


def resolved(text: str) -> tuple[str, ...]:
    """The words of a command line, with the program as an absolute path (links kept: they may select its library)."""
    program, *arguments = shlex.split(text)
    return os.path.abspath(shutil.which(program) or program), *arguments


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of our own outside the system's temporary one: sandboxes let commands write there."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="octavo-bench-", dir=base, ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def enter(contestant: Contestant, model: Model, options: argparse.Namespace) -> Entry:
    """Warm an executable up and print what it is."""
    fault, held = "", True
    try:
        held = warm_up(contestant, model, options.timeout)
    except WrongRunError as error:
        fault = str(error)
    entry = Entry(contestant, version(contestant, options.timeout), fault, held and not fault)
    print(f"{contestant.label}  {entry.version}  {shlex.join(contestant.command)}")
    if fault:
        print(f"   takes part in no turn: {fault}")
    elif not held:
        print("   its sandbox let a command write outside the workspace")
    return entry


def version(contestant: Contestant, seconds: float) -> str:
    """What the executable says it is; empty if it does not say."""
    try:
        measure(contestant, ("--version",), seconds)
    except WrongRunError:
        return ""
    return output(contestant, "stdout").strip().partition("\n")[0]


def measure_case(case: Case, entries: list[Entry], model: Model, options: argparse.Namespace) -> list[Series]:
    """Run a case in rounds, every contestant once per round, and print its table."""
    pairs = [pair for entry in entries for pair in rivals(case, entry)]
    results = [Series(contestant.label, [], []) for _, contestant, _ in pairs]
    for number in range(options.runs or case.runs):
        for (variant, contestant, fault), series in zip(pairs, results, strict=True):
            if len(series.wrong) >= (1 if fault else GIVE_UP_AFTER):
                continue
            try:
                if fault:
                    raise WrongRunError("not made, the warm-up failed")
                series.right.append(run_case(contestant, variant, model, options.timeout))
            except WrongRunError as error:
                series.wrong.append(f"run {number + 1}: {error}")
    print("\n".join(table(case, results)), flush=True)
    return results


def rivals(case: Case, entry: Entry) -> Iterator[tuple[Case, Contestant, str]]:
    """Who runs in a case: the contestant and, where only start-up counts, the bare interpreter beside it."""
    if case.script is not None:
        yield case, entry.contestant, entry.fault
        return
    yield case, entry.contestant, ""
    python = Path(entry.contestant.command[0]).with_name("python")
    if python.exists():
        bare = entry.contestant._replace(label=f"{entry.contestant.label} python -c pass", command=(str(python),))
        yield case._replace(arguments=("-c", "pass")), bare, ""


def everything(entries: list[Entry], results: dict[Case, list[Series]], load: float) -> dict[str, Any]:
    executables = [
        {
            "label": entry.contestant.label,
            "command": entry.contestant.command,
            "version": entry.version,
            "fault": entry.fault,
            "sandbox_held": entry.sandbox_held,
        }
        for entry in entries
    ]
    machine = {"platform": platform.platform(), "processors": os.cpu_count(), "load": load, "cpu_time_of": cpu_scope()}
    cases = [raw(case, rows) for case, rows in results.items()]
    return {"machine": machine, "executables": executables, "cases": cases}


if __name__ == "__main__":
    sys.exit(main())
