"""The id that git would give a file's content (`docs/apply-patch.md`).

Attributes, line ends and the user's own filters count. Filters of the
repository do not: its configuration may be the work of a command in the sandbox, and
git would run them outside. So git is asked in an empty repository of ours, whose
configuration nobody else writes, and told of the real one's line ends.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping

from octavo.git.run import QUIET_OPTIONS, git_environment, git_program

SECONDS = 5

_EMPTY_REPOSITORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "empty_repository")
_LINE_ENDS = ("true", "false", "input", "lf", "crlf", "native")


def blob_ids() -> Callable[[str, str, bytes], str | None]:
    """A function that asks git, and asks only once for the same content of the same file.

    It takes the root of the repository, the file's absolute path and its content.
    None means that git gave no answer.
    """
    known: dict[tuple[str, bytes], str | None] = {}

    def blob_id(root: str, path: str, content: bytes) -> str | None:
        key = (path, hashlib.sha1(content, usedforsecurity=False).digest())
        if key not in known:
            known[key] = _ask(root, path, content)
        return known[key]

    return blob_id


def _ask(root: str, path: str, content: bytes) -> str | None:
    argv = [*_line_ends(root), "hash-object", "--stdin", "--path", os.path.relpath(path, root)]
    answer = _run(argv, root, {"GIT_DIR": _EMPTY_REPOSITORY, "GIT_WORK_TREE": root}, content)
    words = answer.split()
    return words[0].decode("ascii", "replace") if words else None


def _line_ends(root: str) -> list[str]:
    """The settings of the repository that change bytes without running anything."""
    pattern = r"^core\.(autocrlf|eol)$"
    lines = _run(["config", "--get-regexp", pattern], root, {}, b"").decode("utf-8", "replace")
    settings = (line.split(" ", 1) for line in lines.splitlines() if " " in line)
    return [word for name, value in settings if value in _LINE_ENDS for word in ("-c", f"{name}={value}")]


def _run(argv: list[str], root: str, variables: Mapping[str, str], content: bytes) -> bytes:
    try:
        answer = subprocess.run(
            [git_program(root), *QUIET_OPTIONS, *argv],
            cwd=root,
            env=git_environment(root) | dict(variables),
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return b""
    return answer.stdout if answer.returncode == 0 else b""
