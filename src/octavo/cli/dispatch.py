"""From the words of a command line to the function that does what they say."""

from __future__ import annotations

import errno
import os
import sys

from octavo.cli.commands import OCTAVO
from octavo.cli.words.parser import parse
from octavo.cli.words.stop import Stop

TYPE_CHECKING = False  # as `typing` has it, without importing it
if TYPE_CHECKING:
    from octavo.cli.words.invocation import Invocation

_CRASHED = 101


def run(words: list[str]) -> int:
    """Do what the words say. The exit code, if the process still stands then."""
    try:
        invocation = parse(OCTAVO, words)
    except Stop as stop:
        return _tell(stop)
    from octavo.cli.direct_imports import import_directly  # not for help and the version

    import_directly()
    from octavo.cli import start

    start.leave(_guarded(invocation))


def _tell(stop: Stop) -> int:
    try:
        os.write(2 if stop.code else 1, stop.text.encode())
    except OSError:  # whoever read us is gone, or never was there
        return 1
    return stop.code


def _guarded(invocation: Invocation) -> int:
    from octavo.cli import start
    from octavo.errors import OctavoError, UsageError

    try:
        start.prepare()
        return _call(invocation)
    except Stop as stop:
        return _tell(stop)
    except UsageError as error:
        sys.stderr.write(f"error: {_visible(error)}\n\nFor more information, try '--help'.\n")
        return 2
    except OctavoError as error:
        sys.stderr.write(f"Error: {_visible(error)}\n")
        return 1
    except BrokenPipeError:
        return 1  # whoever read us is gone; there is nobody to tell
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            _tell_of_defect(error)
            return _CRASHED
        _say(f"Error: cannot write: {error.strerror} (os error {error.errno})\n")
        return 1
    except Exception as error:
        # A defect of ours. Its code tells it from all failures that users can do something about.
        _tell_of_defect(error)
        return _CRASHED


def _visible(error: Exception) -> str:
    from octavo.cli.visible import visible

    return visible(str(error))


def _say(line: str) -> None:
    try:
        os.write(2, line.encode("utf-8", "replace"))
    except OSError:
        return  # nobody can be told


def _tell_of_defect(error: Exception) -> None:
    import traceback

    if "debug" in os.environ.get("OCTAVO_LOG", "") + os.environ.get("RUST_LOG", ""):
        traceback.print_exc()
    sys.stderr.write(
        f"Error: internal error: {type(error).__name__}: {error}\n"
        "This is a defect of octavo; run it again with OCTAVO_LOG=debug to see where.\n"
    )


def _call(invocation: Invocation) -> int:
    if invocation.texts("enable") or invocation.texts("disable"):
        from octavo.config.overrides import feature_overrides

        # An unknown feature ends every command before it does anything.
        feature_overrides(invocation.texts("enable"), invocation.texts("disable"))
    module_name, _, function = invocation.last.command.run.partition(":")
    module = __import__(module_name, fromlist=[function])
    code: int = getattr(module, function)(invocation)
    return code
