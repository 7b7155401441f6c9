"""The model server as the benchmark sees it: started, told what to say, asked what it saw, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from answers import Script


class Model(NamedTuple):
    """A running model server."""

    port: int
    process: subprocess.Popen[str]

    def prepare(self, script: Script) -> None:
        """Get ready for the next client; returns when every reply is made."""
        self.ask(json.dumps(script._asdict()))

    def report(self) -> dict[str, Any]:
        """What the client did since `prepare`: `requests`, `elsewhere` (other requests), `succeeded` commands."""
        return self.ask("report")

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def running_model() -> Iterator[Model]:
    """A model server on a free port of this machine, for as long as the block lasts."""
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Model(int(process.stdout.readline()), process)
        finally:
            process.kill()
