"""Pictures of the terminal interface, drawn from what the program really writes: `make screenshots`.

The program runs in a pseudo-terminal in a scratch copy of the demonstration's project, with the recording as its
model; an emulated screen is kept after each step and written as SVG to `docs/images`.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from html import escape
from itertools import groupby
from pathlib import Path

import pyte
from pyte.screens import Char

HERE = Path(__file__).resolve().parent
TASK = "A test fails. Find out why, mend the code and show that all tests pass."
SIZE = 92, 32
BACKGROUND, FOREGROUND = "#1e1e2e", "#cdd6f4"
COLORS = {
    "black": "#45475a", "red": "#f38ba8", "green": "#a6e3a1", "brown": "#f9e2af", "blue": "#89b4fa",
    "magenta": "#f5c2e7", "cyan": "#94e2d5", "white": "#bac2de", "brightblue": "#89b4fa", "default": FOREGROUND,
}  # fmt: skip
WIDTH, HEIGHT, MARGIN, SIZE_PX = 8.43, 19.0, 16.0, 14
LOOKS = """
[tui]
theme = "dark"
status_line = ["model-with-reasoning", "context-remaining", "git-branch", "current-dir"]
"""
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Screen(pyte.Screen):
    """A screen that knows dim text, as `blink`."""

    def select_graphic_rendition(self, *attrs: int, **_: object) -> None:
        codes: list[int] = []
        rest = list(attrs)
        while rest:
            code = rest.pop(0)
            extended = {5: 2, 2: 4}.get(rest[0], 0) if code in (38, 48) and rest else 0
            codes += [5] if code == 2 else [22, 25] if code == 22 else [code, *rest[:extended]]
            rest = rest[extended:]
        super().select_graphic_rendition(*codes or (0,))


class Program:
    """`octavo` in a terminal that says which colours it has."""

    def __init__(self, argv: list[str], folder: Path, environ: dict[str, str]) -> None:
        self.screen = Screen(*SIZE)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        take = (
            "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{take}; os.execvp(sys.argv[1], sys.argv[1:])", *argv],
            cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def until(self, *texts: str, seconds: float = 30) -> str:
        """Read until one of these is seen and nothing more is written; which one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.master], [], [], 0.6)
            if ready:
                self._read()
            else:
                for text in texts:
                    if any(text in row for row in self.screen.display):
                        return text
        raise TimeoutError("\n".join(self.screen.display))

    def _read(self) -> None:
        data = os.read(self.master, 65536)
        if b"\x1b]11;?" in data:
            os.write(self.master, b"\x1b]10;rgb:cd/d6/f4\x07\x1b]11;rgb:1e/1e/2e\x07")
        for query in (b"\x1b[>0q", b"\x1b[>5u", b"\x1b[?u", b"\x1b[<1u"):
            data = data.replace(query, b"")
        self.stream.feed(data)

    def type(self, text: str) -> None:
        """As a person does."""
        for character in text:
            os.write(self.master, character.encode())
            time.sleep(0.02)

    def picture(self) -> str:
        """What is on the screen, as SVG."""
        return svg(self.screen)

    def end(self) -> None:
        """Leave it."""
        self.process.terminate()
        self.process.wait()
        os.close(self.master)


def svg(screen: Screen) -> str:
    used = max((index for index, row in enumerate(screen.display) if row.strip()), default=0) + 1
    width, height = screen.columns * WIDTH + 2 * MARGIN, used * HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}"'
        f' font-size="{SIZE_PX}" xml:space="preserve">',
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
    ]
    for row in range(used):
        parts += row_parts([screen.buffer[row][column] for column in range(screen.columns)], row)
    return "\n".join([*parts, "</svg>", ""])


def row_parts(cells: list[Char], row: int) -> list[str]:
    """A row in runs of one look each."""
    parts, column = [], 0
    y = MARGIN + row * HEIGHT
    for look, run in groupby(cells, lambda cell: cell._replace(data="")):
        group = list(run)
        text = "".join(cell.data for cell in group)
        x, width = MARGIN + column * WIDTH, len(group) * WIDTH
        column += len(group)
        fore, back = color(look.fg), color(look.bg) if look.bg != "default" else ""
        if look.reverse:
            fore, back = BACKGROUND, fore
        if back:
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT}" fill="{back}"/>')
        if shown := text.strip():
            x += (len(text) - len(text.lstrip())) * WIDTH
            parts.append(
                f'<text x="{x:.1f}" y="{y + HEIGHT - 5:.1f}" textLength="{len(shown) * WIDTH:.1f}" fill="{fore}"'
                f"{style(look)}>{escape(shown).replace(' ', '&#160;')}</text>"
            )
    return parts


def color(name: str) -> str:
    return COLORS.get(name) or f"#{name}"


def style(look: Char) -> str:
    wanted = {
        ' font-weight="bold"': look.bold,
        ' font-style="italic"': look.italics,
        ' text-decoration="underline"': look.underscore,
        ' text-decoration="line-through"': look.strikethrough,
        ' opacity="0.6"': look.blink,
    }
    return "".join(text for text, is_on in wanted.items() if is_on)


def pictures(exe: Path, scratch: Path) -> dict[str, str]:
    """The steps of the demonstration: the start, a question, the work, its end; then lists in a theme of its own."""
    project, home = scratch / "timespan", scratch / "home"
    (home / ".codex").mkdir(parents=True)
    (home / ".codex" / "config.toml").write_text(f'[projects."{project}"]\ntrust_level = "trusted"\n')
    shutil.copytree(HERE / "project", project)
    (home / ".codex" / "auth.json").write_text('{"OPENAI_API_KEY":"unused"}')
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=d", "-c", "user.email=d@d", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(scratch), "CODEX_HOME": str(home / ".codex"), "LANG": "C.UTF-8",
        "TERM": "xterm-256color", "COLORTERM": "truecolor",
    }  # fmt: skip
    argv = [str(exe), "-a", "untrusted", "-s", "workspace-write", "--replay", str(HERE / "model.jsonl")]
    program = Program(argv, project, environ)
    found = {}
    try:
        program.until("/review")
        program.type(TASK)
        program.until(TASK[-30:])
        found["start"] = program.picture()
        program.type("\r")
        while program.until("enter to confirm", "for shortcuts") == "enter to confirm":
            found.setdefault("question", program.picture())
            program.type("y")
        found["work"] = program.picture()
        program.type("/status\r")
        program.until("Session:")
        found["status"] = program.picture()
    finally:
        program.end()
    with (home / ".codex" / "config.toml").open("a") as config:
        config.write(LOOKS)
    return found | lists(Program([str(exe)], project, environ))


def lists(program: Program) -> dict[str, str]:
    """The choice of a theme, and of a session, each with a status line below."""
    found = {}
    try:
        program.until("/review")
        program.type("/theme\r")
        program.until("enter to choose")
        found["themes"] = program.picture()
        program.type("\x1b")
        program.until("for shortcuts")
        program.type("/resume\r")
        program.until(TASK[:20])
        found["sessions"] = program.picture()
    finally:
        program.end()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--exe", type=Path, required=True, help="the octavo executable")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "images")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="octavo-pictures-") as scratch:
        for name, text in pictures(options.exe.absolute(), Path(scratch)).items():
            (options.out / f"terminal-{name}.svg").write_text(text)
            print(options.out / f"terminal-{name}.svg")


if __name__ == "__main__":
    main()
