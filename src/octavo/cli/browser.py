"""The user's browser, which shows a page of a login (`docs/login.md`).

It is started by a process of its own, since browsers write to the terminal and some of
them block. Neither the browser nor what it is started with comes from where commands of
the model may write: no module of the working directory, no program of the project's.
"""

from __future__ import annotations

import os
import subprocess
import sys

from octavo.files.programs import outside_path


def has_browser() -> bool:
    """Whether there is any."""
    try:
        return _start("webbrowser.get()").wait() == 0
    except OSError:
        return False


def open_browser(address: str) -> bool:
    """Try to show the page, and do not wait for it; False where not even that can be tried."""
    try:
        _start("webbrowser.open(sys.argv[1])", address)
    except OSError:
        return False
    return True


def _start(statement: str, *arguments: str) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        # Isolated: otherwise Python imports from the working directory.
        [sys.executable, "-I", "-c", f"import sys, webbrowser; {statement}", *arguments],
        env={**os.environ, "PATH": outside_path(os.environ.get("PATH", os.defpath), os.getcwd())},
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        start_new_session=True,
    )
