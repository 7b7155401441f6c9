"""A window with `octavo` in it: a real pseudo-terminal, an emulated screen, and a recorded model."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte

READY = "context left"
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=?][\d;]*[umqc]|\x1b[P\]][^\x07\x1b]*(?:\x07|\x1b\\)"
)  # what the emulator does not know


class Screen(pyte.HistoryScreen):
    """The screen with what scrolled off its top."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines, history=10_000)

    def rows(self) -> list[str]:
        above = ["".join(row[x].data for x in range(self.columns)) for row in self.history.top]
        return [row.rstrip() for row in [*above, *self.display]]

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """As terminals do: rows below the cursor go first, then those at the top go to the scrollback."""
        lines = lines or self.lines
        for _ in range(max(0, self.cursor.y - lines + 1)):
            self.history.top.append(self.buffer[0])
            for row in range(self.lines - 1):
                self.buffer[row] = self.buffer[row + 1]
            self.buffer.pop(self.lines - 1, None)
            self.cursor.y -= 1
        for row in range(lines, self.lines):
            self.buffer.pop(row, None)
        self.lines = lines
        super().resize(lines, columns)


class Window:
    """The program in its terminal; `close` ends it."""

    def __init__(
        self,
        folder: Path,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        stdin: int | None = None,
        term: str = "xterm-256color",
    ):
        self.output = bytearray()
        self.screen = Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.lock = threading.Lock()
        self.master, self.slave = pty.openpty()
        self._set_size(*size)
        self.before = termios.tcgetattr(self.slave)
        environ = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder / "home"), "LANG": "C.UTF-8",
            "TERM": term, "PS1": "sh> ",
        }  # fmt: skip
        start = (
            "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, *argv],
            cwd=folder / "work",
            env=environ,
            stdin=self.slave if stdin is None else stdin,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
        )
        self.is_open = True
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self) -> None:
        while self.is_open:
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self.lock:
                self.output += data
                self.stream.feed(_UNKNOWN.sub(b"", data))

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        with self.lock:
            self.screen.resize(lines, columns)
            self._set_size(columns, lines)

    def rows(self) -> list[str]:
        with self.lock:
            return self.screen.rows()

    def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "\n".join(row for row in self.rows() if row)
            time.sleep(0.01)

    def sees(self, text: str) -> None:
        """Wait for a row with this text."""
        self.until(lambda: any(text in row for row in self.rows()))

    def draft_is(self, text: str) -> None:
        """Wait until the composer's row is this."""
        self.until(lambda: any(row == f"› {text}".rstrip() for row in self.rows()[-self.screen.lines :]))

    def type(self, text: str) -> None:
        """As a person does: not so quickly that it is a paste."""
        for character in text:
            self.send(character)
            time.sleep(0.015)

    def ask(self, text: str) -> None:
        self.type(text)
        self.draft_is(text)
        time.sleep(0.15)
        self.send("\r")

    def ends(self) -> int:
        return self.process.wait(20)

    def is_restored(self) -> bool:
        return termios.tcgetattr(self.slave) == self.before

    def modes_are_off(self) -> bool:
        """Whether every mode that was turned on was turned off again, the cursor is shown and no frame is open."""
        output = bytes(self.output)
        pairs = (
            (b"?2004h", b"?2004l"), (b"?1004h", b"?1004l"), (b"[>5u", b"[<1u"), (b"?1049h", b"?1049l"),
            (b"[22;0t", b"[23;0t"),
        )  # fmt: skip
        shown = output.rfind(b"?25l") < output.rfind(b"?25h") and output.rfind(b"?2026h") <= output.rfind(b"?2026l")
        shown = shown and output.rfind(b"\x1b]0;") <= output.rfind(b"[23;0t")
        return shown and all(output.count(on) == output.count(off) for on, off in pairs)

    def hang_up(self) -> None:
        """Close the window: nothing is on the other end any more."""
        if self.is_open:
            self.is_open = False
            os.close(self.slave)
            self.reader.join(5)  # before another window gets the descriptor's number
            os.close(self.master)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.hang_up()


def octavo(*words: str) -> list[str]:
    return [sys.executable, "-m", "octavo", *words]


def make_home(folder: Path) -> None:
    """A home in which the folder `work` is trusted, and the window has a title."""
    (folder / "home").mkdir()
    (folder / "work").mkdir()
    config = f'[model_providers.none]\nname = "none"\nbase_url = "http://127.0.0.1:9"\n[projects."{folder / "work"}"]\n'
    (folder / "home" / "config.toml").write_text(
        f'model = "gpt-5-codex"\nmodel_provider = "none"\n{config}trust_level = "trusted"\n'
        '[tui]\nnotifications = true\nterminal_title = ["activity", "app-name", "run-state"]\n'
    )


Open = Callable[..., Window]
"""Opens one that ends with its test."""


def tape(folder: Path, *answers: Sequence[dict[str, object]]) -> str:
    """A recording with these answers, each a list of items."""
    rows = []
    for items in answers:
        done = [{"type": "response.output_item.done", "item": item} for item in items]
        usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
        completed = {"type": "response.completed", "response": {"id": "r", "usage": usage}}
        rows.append(json.dumps({"events": [*done, completed]}))
    path = folder / "tape.jsonl"
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def says(text: str) -> dict[str, object]:
    return {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": text}]}


def runs(script: str) -> dict[str, object]:
    arguments = json.dumps({"command": ["bash", "-lc", script]})
    return {"type": "function_call", "name": "shell", "call_id": "c1", "arguments": arguments}
