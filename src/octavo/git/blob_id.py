"""The id that git would give a file's content, with the repository's own filters (`docs/apply-patch.md`)."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable

from octavo.git.run import QUIET_OPTIONS, git_environment

SECONDS = 5


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
    argv = ["git", *QUIET_OPTIONS, "hash-object", "--stdin", "--path", os.path.relpath(path, root)]
    try:
        answer = subprocess.run(
            argv,
            cwd=root,
            env=git_environment(),
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.split()
    return words[0].decode("ascii", "replace") if answer.returncode == 0 and words else None
