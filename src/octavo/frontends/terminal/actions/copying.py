"""Text for the clipboard: through a tool of the desktop, else through the terminal itself (OSC 52).

Over ssh the desktop is another machine's, so there the terminal is asked. Which way it went is said; whether a
terminal obeys nobody can know (`docs/terminal.md`, "Copying").
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Mapping

from octavo.errors import OctavoError
from octavo.files.programs import find_program

SECONDS = 2.0
MOST_FOR_THE_TERMINAL = 74_000
"""Bytes; terminals drop longer ones."""

_PASSED_ON = ("HOME", "LANG", "PATH", "USER", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "TMPDIR")


class CannotCopy(OctavoError):
    """There is no way to the clipboard; the text says why."""


def copied_by_tool(text: str, environ: Mapping[str, str], folder: str, platform: str = sys.platform) -> str | None:
    """The name of the tool that has taken it; None where there is none, or the clipboard is another machine's."""
    for argv in _tools(environ, platform):
        program = find_program(argv[0], environ.get("PATH", os.defpath), folder)
        if program is not None and _gave(text, [program, *argv[1:]], environ):
            return argv[0]
    return None


def osc_52(text: str, *, tmux: bool) -> str:
    """The sequence that asks the terminal to take it, passed on by tmux. Raises `CannotCopy` where it is too long."""
    data = text.encode("utf-8", "replace")
    if len(data) > MOST_FOR_THE_TERMINAL:
        raise CannotCopy(
            f"{len(data):,} bytes are too many for the terminal's clipboard; install wl-clipboard or xclip, "
            "or copy a smaller part"
        )
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    return f"\x1bPtmux;\x1b{sequence}\x1b\\{sequence}" if tmux else sequence


def _tools(environ: Mapping[str, str], platform: str) -> list[tuple[str, ...]]:
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return []
    if platform == "darwin":
        return [("pbcopy",)]
    tools: list[tuple[str, ...]] = []
    if environ.get("WAYLAND_DISPLAY"):
        tools.append(("wl-copy",))
    if environ.get("DISPLAY"):
        tools += [("xclip", "-selection", "clipboard", "-i"), ("xsel", "--clipboard", "--input")]
    return tools


def _gave(text: str, argv: list[str], environ: Mapping[str, str]) -> bool:
    """Whether it took the text; it may stay in the background to hand it out."""
    try:
        ended = subprocess.run(
            argv,
            input=text.encode("utf-8", "replace"),
            env={name: environ[name] for name in _PASSED_ON if name in environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
