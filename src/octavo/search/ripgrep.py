"""Where ripgrep is: it lists and searches files, and knows every rule about ignored ones (`docs/search.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from octavo.errors import OctavoError
from octavo.files.programs import find_program, outside_path

HINT = "Install ripgrep and see that `rg` is on PATH."

_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "RIPGREP_CONFIG_PATH", "LANG", "LC_ALL", "LC_CTYPE")


class RipgrepMissing(OctavoError):
    """There is no ripgrep, neither on `PATH` nor beside this program."""

    def __init__(self) -> None:
        super().__init__(f"ripgrep was not found. {HINT}")


def find_ripgrep(environ: Mapping[str, str], *workspaces: str) -> str:
    """The path of the `rg` on `PATH`, else of the one that was installed beside this program.

    None that commands of the model can have put there, be it around `workspaces` or
    elsewhere: ours run without a sandbox. Raises `RipgrepMissing` when there is none.
    """
    program = find_program("rg", environ.get("PATH", ""), *workspaces)
    if program is not None:
        return program
    for folder in _own_programs():
        program = os.path.join(folder, "rg")
        if os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise RipgrepMissing


def _own_programs() -> Iterator[str]:
    """Where the installation's own programs are; the usual place is known without what is slow to import."""
    yield os.path.join(sys.prefix, "bin")
    import sysconfig

    yield sysconfig.get_path("scripts")


def ripgrep_environment(environ: Mapping[str, str], *workspaces: str) -> dict[str, str]:
    """What decides how ripgrep searches; the rest of the environment may hold secrets.

    ripgrep's own settings can name programs; those are looked for where ripgrep itself is.
    """
    kept = {name: environ[name] for name in _VARIABLES if name in environ}
    return kept | {"PATH": outside_path(kept["PATH"], *workspaces)} if "PATH" in kept else kept
