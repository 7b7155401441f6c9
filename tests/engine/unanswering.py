"""Files that do not answer, as on a mount whose server is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unanswering(path: Path) -> Iterator[None]:
    """A plain file that nobody can open meanwhile: whoever tries waits. On Linux only; elsewhere it can be opened."""
    hold = (
        "import fcntl, os, signal, sys; signal.signal(signal.SIGIO, signal.SIG_IGN);"
        "fcntl.fcntl(os.open(sys.argv[1], os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK);"
        "print(flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield
