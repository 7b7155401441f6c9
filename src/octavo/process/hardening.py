"""Closing our own process at its start: others must not read its memory, which holds keys (`docs/sandbox.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

from octavo.errors import OctavoError

_PR_SET_DUMPABLE = 4
_PT_DENY_ATTACH = 31


class HardeningError(OctavoError):
    """The process could not be closed; the program must end with `exit_code`."""

    def __init__(self, message: str, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(message)


def harden(environ: MutableMapping[str, str]) -> None:
    """Allow no core dump and no debugger, and drop what would load foreign code into children of ours.

    Removes `LD_*` (macOS: `DYLD_*`) from `environ`. Raises `HardeningError` with exit code 5, 6 or 7.
    """
    if sys.platform == "linux" and _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise HardeningError("could not forbid core dumps and debuggers of this process", 5)
    if sys.platform == "darwin" and _call("ptrace", _PT_DENY_ATTACH, 0, 0, 0) != 0:
        raise HardeningError("could not forbid debuggers of this process", 6)
    _forbid_core_files()
    prefix = "DYLD_" if sys.platform == "darwin" else "LD_"
    for name in [name for name in environ if name.startswith(prefix)]:
        del environ[name]


def _forbid_core_files() -> None:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        raise HardeningError(f"could not set the limit of core files: {error}", 7) from error


def _call(name: str, *arguments: int) -> int:
    """Call a function of the C library with plain integers; the result tells success."""
    # `ctypes` takes 2 ms to import and this happens at every start, its C half a quarter of one.
    import _ctypes

    library = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]
    return int(_ctypes.call_function(_ctypes.dlsym(library, name), arguments))
