"""The program `apply_patch`, and the same reached by `--codex-run-as-apply-patch`.

Both start afresh for each patch, so this module and what it imports load
nothing but `os`, `sys` and their own neighbours. What they print and their exit
codes are stated in `docs/apply-patch.md`, "The program".
"""

from __future__ import annotations

import os

from octavo.patch.apply import apply
from octavo.patch.parse import parse
from octavo.patch.sections import PatchParseError
from octavo.patch.update import PatchApplyError

TYPE_CHECKING = False  # as `typing` has it, whose import costs as much as all of this program
if TYPE_CHECKING:
    from typing import BinaryIO

    from octavo.patch.disk import Disk
    from octavo.patch.sections import Patch

SELF_INVOCATION = "--codex-run-as-apply-patch"
"""As the very first argument it makes the main program act as `apply_patch`."""


def run_apply_patch(
    argv: list[str],
    stdin: BinaryIO,
    stdout: BinaryIO,
    stderr: BinaryIO,
    *,
    all_or_none: bool = False,
    only_places: bool = False,
) -> int:
    """Run as `apply_patch [PATCH]`; `argv` begins with the program's name. The exit code.

    With `all_or_none` a patch of which something is out of reach changes nothing. With `only_places` the patch on
    stdin comes behind the places that it may touch (`octavo.patch.approved`).
    """
    if len(argv) > 2:
        return _fail(stderr, "Error: apply_patch accepts exactly one argument.", code=2)
    if len(argv) == 2:
        text = _as_utf8(argv[1])
        if text is None:
            return _fail(stderr, "Error: apply_patch requires a UTF-8 PATCH argument.")
        return _run(text, stdout, stderr, all_or_none)
    disk = None
    try:
        given = stdin.read()
        if only_places:
            disk, given = _places_and_patch(given)
        text = given.decode("utf-8")
    except UnicodeDecodeError:
        return _fail(stderr, "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8")
    except OSError as error:
        return _fail(stderr, f"Error: Failed to read PATCH from stdin.\n{error.strerror} (os error {error.errno})")
    if not text:
        return _fail(stderr, "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply-patch", code=2)
    return _run(text, stdout, stderr, all_or_none, disk)


def run_self_invoked(argv: list[str], stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Run as `EXE --codex-run-as-apply-patch PATCH`; further arguments are ignored. The exit code."""
    text = _as_utf8(argv[2]) if len(argv) > 2 else None
    if text is None:
        return _fail(stderr, f"Error: {SELF_INVOCATION} requires a UTF-8 PATCH argument.")
    return _run(text, stdout, stderr)


def _run(text: str, stdout: BinaryIO, stderr: BinaryIO, all_or_none: bool = False, disk: Disk | None = None) -> int:
    try:
        patch = parse(text)
        if all_or_none and (path := _refused_path(patch)) is not None:
            return _fail(stderr, f"Failed to write file {path}")
        summary = apply(patch, disk)
    except PatchParseError as error:
        return _fail(stderr, error.standalone)
    except PatchApplyError as error:
        return _fail(stderr, str(error))
    return 0 if _print(stdout, summary) else 1


def _refused_path(patch: Patch) -> str | None:
    from octavo.patch.reach import refused_path

    return refused_path(patch)


def _places_and_patch(given: bytes) -> tuple[Disk, bytes]:
    from octavo.patch.approved import places_and_patch

    return places_and_patch(given)


def _fail(stderr: BinaryIO, message: str, code: int = 1) -> int:
    _print(stderr, f"{message}\n")
    return code


def _print(stream: BinaryIO, text: str) -> bool:
    """Write `text`; False when nobody reads it any more."""
    try:
        stream.write(text.encode("utf-8"))
        stream.flush()
    except OSError:
        return False
    return True


def _as_utf8(argument: str) -> str | None:
    """The argument as it was given, if it was UTF-8, whatever the locale took it for."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return None
