"""`apply_patch` and `applypatch` on the PATH of commands (`docs/sandbox.md`).

Both names start this program, which knows by its own name what is wanted. Their
folder comes first on the PATH, also of commands that run without a sandbox, so
it must not lie where a sandboxed command can write: it is made below the home
of the program, not among temporary files. It goes with the program; what a
killed one left behind is removed by the next.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Mapping

NAMES = ("apply_patch", "applypatch")
_PROGRAM = "octavo"
_PREFIX = "path-"


class PatchLinks:
    """A fresh folder that holds the links; `folder` is its path."""

    def __init__(self, folder: str, lock: int) -> None:
        self.folder = folder
        self._lock = lock  # held as long as we live, so that others can tell
        self._owner = os.getpid()
        atexit.register(self.remove)

    def remove(self) -> None:
        """Remove the folder; harmless a second time, and in a forked copy of the program.

        It is called at exit, unless the program ends by `os._exit`.
        """
        if os.getpid() != self._owner or self._lock < 0:
            return
        atexit.unregister(self.remove)
        _remove(self.folder)
        os.close(self._lock)
        self._lock = -1


def make_patch_links(home: str) -> PatchLinks:
    """Make the links in a folder of their own below `home` (`CODEX_HOME`); raises `OSError`."""
    parent = os.path.join(home, "tmp")
    _remove_abandoned(parent)
    folder = os.path.join(parent, _PREFIX + os.urandom(8).hex())
    try:
        _make(folder)
    except FileNotFoundError:
        _make(folder)  # another program has just removed the empty parent
    lock = _locked(folder)
    program = _installed_program()
    for name in NAMES:
        path = os.path.join(folder, name)
        if program is not None:
            os.symlink(program, path)
        else:
            _write_starter(path)
    return PatchLinks(folder, lock)


def path_with_links(links: PatchLinks, environ: Mapping[str, str]) -> str:
    """The value of PATH with the links in front; without any PATH, the places where systems have their programs."""
    path = environ.get("PATH", os.defpath)
    return f"{links.folder}{os.pathsep}{path}" if path else links.folder


def links_folder(environ: Mapping[str, str]) -> str | None:
    """The folder of the links, where it is the first one of this PATH."""
    folder = environ.get("PATH", "").partition(os.pathsep)[0]
    return folder if os.path.basename(folder).startswith(_PREFIX) else None


def _make(folder: str) -> None:
    os.makedirs(os.path.dirname(folder), 0o700, exist_ok=True)
    os.mkdir(folder, 0o700)


def _remove_abandoned(parent: str) -> None:
    for name in os.listdir(parent) if os.path.isdir(parent) else ():
        folder = os.path.join(parent, name)
        if name.startswith(_PREFIX):
            with contextlib.suppress(OSError):  # it is in use
                lock = _locked(folder)
                _remove(folder)
                os.close(lock)


def _locked(folder: str) -> int:
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(folder: str) -> None:
    for name in NAMES:
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(folder, name))
    with contextlib.suppress(OSError):
        os.rmdir(folder)
        os.rmdir(os.path.dirname(folder))  # fails while others use it


def _installed_program() -> str | None:
    """The console script that this program was installed as."""
    candidates = [os.path.join(os.path.dirname(sys.executable), _PROGRAM)]
    if os.path.basename(sys.argv[0]) == _PROGRAM:
        candidates.append(os.path.abspath(sys.argv[0]))
    return next((path for path in candidates if os.access(path, os.X_OK) and os.path.isfile(path)), None)


def _write_starter(path: str) -> None:
    """A program that is not installed as a script is started through its package."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    # Through sh: the path of an interpreter on a #! line may be neither long nor hold a space.
    quoted = sys.executable.replace("'", "'\"'\"'")
    text = (
        "#!/bin/sh\n"
        f"''':'\nexec '{quoted}' \"$0\" \"$@\"\n'''\n"
        f"import sys\nsys.path.insert(0, {package!r})\nfrom octavo.__main__ import main\nsys.exit(main())\n"
    )
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o700)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
