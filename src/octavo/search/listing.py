"""Lists the files below a folder as ripgrep does (`docs/search.md`, "Which files").

Guarantees: ripgrep gets none of our streams and an environment of known variables
only; it ends with the call, and when this program is gone: its output then goes nowhere.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence

from octavo.search.ripgrep import find_ripgrep, ripgrep_environment

_OPTIONS = ("--files", "--null", "--hidden", "--no-config", "--no-require-git", "--no-messages", "--color=never")
_LOOK_UP_S = 0.05
"""How long nobody asks whether the listing is still wanted."""
_SILENT_S = 30.0
"""How long ripgrep may say nothing: it waits for ever where a command has put a pipe in the place of an ignore file."""
_PIECE = 1 << 17
"""Bytes that are looked at together: enough to be worth it, few enough for the processor's cache."""
_NOTHING_LISTED = 1
"""ripgrep's exit code where it found no file; above it something went wrong on the way."""


def list_files(
    root: str,
    environ: Mapping[str, str],
    cancelled: Callable[[], bool] = lambda: False,
    workspace: str | None = None,
    options: Sequence[str] = (),
    incomplete: Callable[[], object] = lambda: None,
) -> Generator[bytes]:
    """The paths below `root`, relative to it, each with a NUL after it, in no order; in pieces, as they are found.

    Regular files only; hidden ones too, ignored ones not. Nothing for a root that is
    not there, is no folder or cannot be read; ends early when `cancelled` says so, or when
    ripgrep says nothing for half a minute.
    `options` are further ones of ripgrep. ripgrep itself never comes from `workspace`, or else from `root`.
    `incomplete` is called at the end if something may be missing: a folder could not be read, or ripgrep fell silent.
    Blocks. Raises `RipgrepMissing`.
    """
    near = workspace or root or os.curdir
    program = find_ripgrep(environ, near)
    try:
        process = subprocess.Popen(
            [program, *_OPTIONS, *options],
            cwd=root or ".",
            env=ripgrep_environment(environ, near),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for us; we end it
            pipesize=_PIECE if sys.platform == "linux" else -1,  # so that it goes on while a piece is looked at
        )
    except OSError:
        return
    with process:
        try:
            if process.stdout:
                is_whole = yield from _pieces(process.stdout.fileno(), cancelled)
                if not cancelled() and (not is_whole or process.wait() > _NOTHING_LISTED):
                    incomplete()
        finally:
            process.kill()


def _pieces(pipe: int, cancelled: Callable[[], bool]) -> Generator[bytes, None, bool]:
    """What comes, cut after a NUL as soon as it is about as long as a piece; whether it came to its end."""
    waiting: list[bytes] = []
    size = 0
    silent = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while not cancelled() and silent < _SILENT_S:
            if not selector.select(_LOOK_UP_S):
                silent += _LOOK_UP_S
                continue
            silent = 0.0
            chunk = os.read(pipe, _PIECE)
            waiting.append(chunk)
            size += len(chunk)
            if not chunk or size >= _PIECE:
                whole, nul, rest = b"".join(waiting).rpartition(b"\0")
                if nul:
                    yield whole + nul
                waiting, size = [rest], len(rest)
            if not chunk:
                return True
    return False
