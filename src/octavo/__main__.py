"""The `octavo` command, and the programs that it is under other names.

Commands of the model call us as `apply_patch`, and every sandboxed command once passed
through `codex-linux-sandbox`: these ways import nothing but what they need.

What a user of Python sets for his own programs does not reach ours: where it would, the
program starts itself once more without it (`docs/cli.md`, "Python's own settings").
"""

from __future__ import annotations

import gc
import os
import sys

_FOR_OTHER_PROGRAMS = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PYTHONIOENCODING",
    "PYTHONWARNINGS",
    "PYTHONUSERBASE",
    "PYTHONPLATLIBDIR",
    "PYTHONCASEOK",
    "PYTHONEXECUTABLE",
    "PYTHONDEVMODE",
    "PYTHONDEBUG",
    "PYTHONVERBOSE",
    "PYTHONOPTIMIZE",
    "PYTHONASYNCIODEBUG",
    "PYTHONBREAKPOINT",
)
"""Variables with which Python would import, print or end otherwise. Commands get them as they are."""


def main() -> int:
    """Run as what we were called; the exit code."""
    gc.disable()  # until everything is imported (`cli/start.py`)
    if sys.getfilesystemencoding() != "utf-8" or (not sys.flags.ignore_environment and _is_steered()):
        _start_again()
    name = sys.argv[0].rpartition("/")[2]
    if name in {"apply_patch", "applypatch"}:
        from octavo.patch.program import run_apply_patch

        return run_apply_patch(sys.argv, sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer)
    if name == "codex-linux-sandbox":
        from octavo.sandbox.helper import run_helper

        return run_helper(sys.argv)
    if sys.argv[1:2] == ["--codex-run-as-apply-patch"]:
        from octavo.patch.program import run_self_invoked

        return run_self_invoked(sys.argv, sys.stdout.buffer, sys.stderr.buffer)
    from octavo.cli.dispatch import run

    return run(sys.argv[1:])


def _is_steered() -> bool:
    return any(name in os.environ and not _is_our_way_in(name) for name in _FOR_OTHER_PROGRAMS)


def _is_our_way_in(name: str) -> bool:
    """Whether this program itself was found by the variable, and would not be without it."""
    if name != "PYTHONPATH":
        return False
    folder = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return folder in map(os.path.realpath, os.environ[name].split(os.pathsep))


def _start_again() -> None:
    if sys.executable:
        own = ["-E", "-P", "-X", "utf8"]
        os.execv(sys.executable, [sys.executable, *own, *sys.orig_argv[1:]])  # noqa: S606 - the same words again


if __name__ == "__main__":
    sys.exit(main())
