"""What telling a collector costs: `exec` without an exporter and with `otlp-http` to one on this machine, in turns.

Prints the medians of wall time, CPU time and memory, and what the exporter adds; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cases import CASES, Case
from model import Model, running_model
from run import scratch_folder
from trial import Contestant, Figures, run_case, warm_up

SECONDS = 120.0
COLLECTOR = """
import http.server
class Taker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
print(server.server_port, flush=True)
server.serve_forever()
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exe", default="octavo", help="the executable")
    parser.add_argument("--runs", type=int, default=10, help="runs of each kind")
    options = parser.parse_args()
    program = os.path.abspath(shutil.which(options.exe) or options.exe)
    with scratch_folder() as scratch, running_model() as model, running_collector() as port:
        without = Contestant("without", (program,), scratch / "without", None)
        exporter = f'{{otlp-http={{endpoint="http://127.0.0.1:{port}/v1/logs",protocol="binary",headers={{}}}}}}'
        telling = Contestant("telling", (program, "-c", f"otel.exporter={exporter}"), scratch / "telling", None)
        print(shlex.join(telling.command))
        for contestant in (without, telling):
            warm_up(contestant, model, SECONDS)
        for name, calls in (("one-turn", 0), ("shell-100", 100)):
            case = next(case for case in CASES if case.name == name)
            compare(case, calls, (without, telling), model, options.runs)
    return 0


@contextmanager
def running_collector() -> Iterator[int]:
    """The port of a collector that takes everything and keeps nothing, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", COLLECTOR], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def compare(case: Case, calls: int, pair: tuple[Contestant, Contestant], model: Model, runs: int) -> None:
    """Run both in turns and print what the second one costs more."""
    figures: list[list[Figures]] = [[], []]
    for _ in range(runs):
        for contestant, found in zip(pair, figures, strict=True):
            found.append(run_case(contestant, case, model, SECONDS))
    without, telling = ([statistics.median(values) for values in zip(*found, strict=True)] for found in figures)
    for name, (wall, cpu, memory) in (("without", without), ("telling", telling)):
        print(f"{case.name:10} {name:8} {wall * 1000:7.0f} ms  {cpu * 1000:7.0f} ms CPU  {memory / 1e6:6.1f} MB")
    wall, cpu, memory = (after - before for before, after in zip(without, telling, strict=True))
    print(f"{case.name:10} {'adds':8} {wall * 1000:+7.0f} ms  {cpu * 1000:+7.0f} ms CPU  {memory / 1e6:+6.1f} MB")
    if calls:
        print(f"{case.name:10} {'':8} CPU x {telling[1] / without[1]:.3f}, {cpu / calls * 1000:+.2f} ms a call")


if __name__ == "__main__":
    sys.exit(main())
