"""Reading kept bytes again, whoever has them: the store or a repository (`docs/undo.md`)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Sequence

from octavo.git.run import QUIET_OPTIONS, git_environment, git_program
from octavo.undo.blobs import GIT, Blobs, content_of, git_id, is_stored
from octavo.undo.entry import NOWHERE

_PIECE = 1 << 20


class Lost(Exception):
    """Bytes that were kept are not there any more, or not the same."""


class Contents:
    """Reads contents of the store and of these repositories. To be closed."""

    def __init__(self, blobs: Blobs, repositories: Sequence[str]) -> None:
        self._blobs = blobs
        self._repositories = repositories
        self._running: dict[str, subprocess.Popen[bytes] | None] = {}
        self._resolved: dict[str, str] = {}

    def close(self) -> None:
        """End the git processes."""
        for process in self._running.values():
            if process is not None:
                process.kill()
                process.communicate()
        self._running.clear()

    def pour(self, content: str, file: int) -> None:
        """Write the bytes to a descriptor. Raises `Lost`, and `OSError` where they cannot be written."""
        if is_stored(content):
            self._pour_stored(content, file)
        elif content.startswith(GIT):
            _write(file, self._object(content.removeprefix(GIT)))
        else:
            raise Lost

    def has(self, content: str) -> bool:
        """Whether the bytes are there."""
        if is_stored(content):
            try:
                os.close(self._blobs.open(content))
            except OSError:
                return False
            return True
        if not content.startswith(GIT):
            return False
        with contextlib.suppress(Lost):
            self._object(content.removeprefix(GIT))
            return True
        return False

    def resolved(self, content: str) -> str:
        """The name that the store would have for a content, if its bytes are there."""
        if not content.startswith(GIT):
            return content
        if content not in self._resolved:
            try:
                data = self._object(content.removeprefix(GIT))
            except Lost:
                return content
            self._resolved[content] = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return self._resolved[content]

    def is_content(self, file: int, content: str) -> bool:
        """Whether a descriptor has just these bytes to read."""
        if content == NOWHERE:
            return False
        return (git_id(file, content) if content.startswith(GIT) else content_of(file)) == content

    def _pour_stored(self, content: str, file: int) -> None:
        try:
            kept = self._blobs.open(content)
        except OSError:
            raise Lost from None
        digest = hashlib.sha256()
        try:
            while piece := os.read(kept, _PIECE):
                digest.update(piece)
                _write(file, piece)
        finally:
            os.close(kept)
        if not content.endswith(digest.hexdigest()):
            raise Lost

    def _object(self, name: str) -> bytes:
        for repository in self._repositories:
            process = self._process(repository)
            if process is None or process.stdin is None or process.stdout is None:
                continue
            try:
                process.stdin.write(name.encode() + b"\n")
                process.stdin.flush()
                head = process.stdout.readline().split()
                if len(head) == 3 and head[1] == b"blob":
                    size = int(head[2])
                    data = process.stdout.read(size + 1)
                    if len(data) == size + 1 and _has_name(data[:-1], name):
                        return data[:-1]
            except (OSError, ValueError):
                continue
        raise Lost

    def _process(self, repository: str) -> subprocess.Popen[bytes] | None:
        if repository not in self._running:
            try:
                self._running[repository] = subprocess.Popen(
                    [git_program(repository), *QUIET_OPTIONS, "--no-replace-objects", "cat-file", "--batch"],
                    cwd=repository,
                    env=git_environment(repository),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except (OSError, ValueError):
                self._running[repository] = None
        return self._running[repository]


def _has_name(data: bytes, name: str) -> bool:
    """Whether git would name these bytes so: a repository may have put another object in the place of one."""
    digest = hashlib.sha1(usedforsecurity=False) if len(name) == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(data) + data)
    return digest.hexdigest() == name


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
