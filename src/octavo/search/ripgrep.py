"""Where ripgrep is: it lists and searches files, and knows every rule about ignored ones (`docs/search.md`)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.errors import OctavoError

HINT = "Install ripgrep and see that `rg` is on PATH."

_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "RIPGREP_CONFIG_PATH", "LANG", "LC_ALL", "LC_CTYPE")


class RipgrepMissing(OctavoError):
    """There is no ripgrep, neither on `PATH` nor beside this program."""

    def __init__(self) -> None:
        super().__init__(f"ripgrep was not found. {HINT}")


def find_ripgrep(environ: Mapping[str, str], workspace: str | None = None) -> str:
    """The path of the `rg` on `PATH`, else of the one that was installed beside this program.

    Relative folders of `PATH` do not count, since what they mean depends on the working
    directory; nor do folders below `workspace`: commands of the model can put programs
    there, and ours run without a sandbox. Raises `RipgrepMissing` when there is none.
    """
    import sysconfig  # imported on use: it is only needed to find the installation's own programs

    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if _is_trusted(folder, workspace)]
    for folder in [*folders, sysconfig.get_path("scripts")]:
        program = os.path.join(folder, "rg")
        if os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise RipgrepMissing


def _is_trusted(folder: str, workspace: str | None) -> bool:
    if not os.path.isabs(folder):
        return False
    if workspace is None:
        return True
    below = os.path.join(os.path.realpath(workspace), "")
    return not os.path.join(os.path.realpath(folder), "").startswith(below)


def ripgrep_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What decides how ripgrep searches; the rest of the environment may hold secrets."""
    return {name: environ[name] for name in _VARIABLES if name in environ}
