"""`apply_patch` and `applypatch` on the PATH of commands (`docs/sandbox.md`).

Both names start this program, which knows by its own name what is wanted. The
folder with the links is made right before the first command and goes at exit.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping

NAMES = ("apply_patch", "applypatch")
_PROGRAM = "octavo"


class PatchLinks:
    """A fresh folder that holds the links; `folder` is its path."""

    def __init__(self, temporary_folder: str) -> None:
        """Create it; raises `OSError`."""
        self.folder = os.path.join(temporary_folder, f"octavo-{os.urandom(8).hex()}")
        self._owner = os.getpid()
        os.mkdir(self.folder, 0o700)
        atexit.register(self.remove)
        program = _installed_program()
        for name in NAMES:
            path = os.path.join(self.folder, name)
            if program is not None:
                os.symlink(program, path)
            else:
                _write_starter(path)

    def remove(self) -> None:
        """Remove the folder; harmless a second time, and in a forked copy of the program."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.remove)
        try:
            for name in NAMES:
                os.unlink(os.path.join(self.folder, name))
            os.rmdir(self.folder)
        except OSError:
            pass  # somebody cleaned the temporary folder


def path_with_links(links: PatchLinks, environ: Mapping[str, str]) -> str:
    """The value of PATH with the links in front."""
    path = environ.get("PATH")
    return f"{links.folder}{os.pathsep}{path}" if path else links.folder


def make_patch_links(environ: Mapping[str, str]) -> PatchLinks:
    """Make the links below `TMPDIR`, or the system's folder for temporary files; raises `OSError`."""
    return PatchLinks(environ.get("TMPDIR") or "/tmp")  # noqa: S108 - a folder of random name is made in it


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
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o700)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
