"""A program in a pseudo-terminal that answers what terminals are asked, and what it costs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

ANSWERS = {
    b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[?u": b"\x1b[?0u",
    b"\x1b]10;?": b"\x1b]10;rgb:cccc/cccc/cccc\x1b\\", b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}  # fmt: skip
QUERY = re.compile(rb"\x1b\[6n|\x1b\[c|\x1b\[\?u|\x1b\]10;\?|\x1b\]11;\?")
TICKS = os.sysconf("SC_CLK_TCK")


class PseudoTerminal:
    """The program, its output so far, and its keys; ended with the block."""

    def __init__(self, argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> None:
        self.output = bytearray()
        self.started = self.last_output = time.perf_counter()
        self._changed = threading.Condition()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            list(argv), cwd=cwd, env=dict(environ), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no other thread runs yet
        )  # fmt: skip
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._reader.join(2)
        os.close(self.master)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self.master], [], [], 0.5)
            try:
                data = os.read(self.master, 65536) if ready else None
            except OSError:
                return
            if data is None:
                if self.process.poll() is not None:
                    return
                continue
            with self._changed:
                self.output += data
                self.last_output = time.perf_counter()
                self._changed.notify_all()
            for query in QUERY.findall(data):
                self.send(ANSWERS[query])

    def send(self, data: bytes) -> None:
        """Press keys."""
        os.write(self.master, data)

    def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for it; looked at whenever something was written. Raises `TimeoutError`."""
        end = time.perf_counter() + seconds
        with self._changed:
            while not condition():
                if time.perf_counter() > end:
                    raise TimeoutError(bytes(self.output[-300:]))
                self._changed.wait(0.05)

    def silent_for(self, seconds: float) -> bool:
        """Whether nothing was written for so long."""
        return time.perf_counter() - self.last_output > seconds

    def quiet(self, quiet: float, seconds: float) -> None:
        """Wait until nothing is written any more, or so long."""
        end = time.perf_counter() + seconds
        while not self.silent_for(quiet) and time.perf_counter() < end:
            time.sleep(0.02)

    def cpu(self) -> float:
        """Seconds that the program has used."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Bytes that the program holds."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(1024.0 * int(row.split()[1]) for row in file if row.startswith("VmRSS"))
