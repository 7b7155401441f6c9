"""Finding files by letters in a made tree of 50,000: the first search of an app server and those that follow.

python bench/file_search.py --exe A --exe B [--runs 7]

Each run starts every executable anew, in turns. `first` is one search right after the handshake; `next` are the
searches of somebody who types on, one letter more each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict

WORDS = """
src lib test main model view controller core data parser engine config server client index render handler service
session protocol message event stream buffer cache token node tree graph layout style theme widget button dialog
panel table row column query search filter sort merge split join build deploy script tool asset image icon font
locale docs guide example sample fixture mock stub adapter driver plugin module package bundle vendor shared base
""".split()  # noqa: SIM905 - a list of words is a column of quotes
ENDINGS = (".py", ".ts", ".tsx", ".js", ".rs", ".go", ".md", ".json", ".css", ".html")
QUERIES = ("m", "mod", "srv", "handlerm")
FILES = 50_000

Times = defaultdict[tuple[str, str, str], list[float]]
"""By executable, query, and whether it was the first one."""


def make_tree(root: str, count: int) -> None:
    """The same files each time: folders up to eight deep, names as programs have them."""
    chance = random.Random(5)
    folders = [""]
    for _ in range(count // 12):
        above = chance.choice(folders)
        number = str(chance.randint(0, 99)) if chance.random() < 0.3 else ""
        folders.append(("" if above.count("/") > 7 else above) + chance.choice(WORDS) + number + "/")
    for folder in folders:
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    made: set[str] = set()
    while len(made) < count:
        one, other = chance.choice(WORDS), chance.choice(WORDS)
        name = chance.choice([f"{one}_{other}", f"{one}-{other}", one.title() + other.title(), one])
        path = chance.choice(folders) + name + chance.choice(ENDINGS)
        if path not in made and not os.path.isdir(os.path.join(root, path)):
            made.add(path)
            with open(os.path.join(root, path), "x"):
                pass


class Server:
    """An app server that has been greeted."""

    def __init__(self, command: str, home: str, root: str) -> None:
        environ = {**os.environ, "CODEX_HOME": home}
        words = [os.path.abspath(shlex.split(command)[0]), *shlex.split(command)[1:], "app-server"]
        self._process = subprocess.Popen(
            words, env=environ, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._root = root
        self._ask(0, "initialize", {"clientInfo": {"name": "bench", "version": "1"}})
        self._send({"method": "initialized"})

    def search(self, number: int, query: str) -> tuple[float, list[str]]:
        """How long the answer took, and what was found."""
        start = time.perf_counter()
        answer = self._ask(number, "fuzzyFileSearch", {"query": query, "roots": [self._root]})
        return time.perf_counter() - start, [file["path"] for file in answer["files"]]

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _send(self, message: dict[str, object]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _ask(self, number: int, method: str, params: dict[str, object]) -> dict[str, list[dict[str, str]]]:
        self._send({"id": number, "method": method, "params": params})
        assert self._process.stdout
        for line in self._process.stdout:
            message = json.loads(line)
            if message.get("id") == number:
                result: dict[str, list[dict[str, str]]] = message["result"]
                return result
        raise SystemExit("the server ended")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--exe", action="append", required=True)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        root, home = os.path.join(folder, "tree"), os.path.join(folder, "home")
        os.makedirs(home)
        make_tree(root, FILES)
        for _ in range(arguments.runs):
            for query in QUERIES:
                for exe in arguments.exe:
                    _measure(exe, home, root, query, times)
    for query in QUERIES:
        for kind in ("first", "next"):
            medians = [statistics.median(times[exe, query, kind]) for exe in arguments.exe]
            ratios = "  ".join(f"{median * 1e3:7.1f} ms ({median / medians[-1]:.2f} x)" for median in medians)
            print(f"{query:10} {kind:6} {ratios}")


def _measure(exe: str, home: str, root: str, query: str, times: defaultdict[tuple[str, str, str], list[float]]) -> None:
    server = Server(exe, home, root)
    try:
        times[exe, query, "first"].append(server.search(1, query)[0])
        for number in range(4):
            server.search(10 + number, query[: number + 1])
            times[exe, query, "next"].append(server.search(20 + number, query)[0])
    finally:
        server.end()


if __name__ == "__main__":
    main()
