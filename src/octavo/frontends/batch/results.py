"""The results, a line each, and what of them is there already (`docs/batch.md`, "Results").

A line is written whole, with one call, when its task is over for good. So a batch that is
killed has lost no result, and the next one runs only what has none.
"""

from __future__ import annotations

import fcntl
import os
from typing import Any, Literal

import msgspec

from octavo.errors import OctavoError
from octavo.frontends.batch.tasks import Task
from octavo.protocol.json_text import encode_json
from octavo.protocol.usage import TokenUsage

Status = Literal["completed", "failed"]

_BEGINNING = b'{"id":'
"""Of every line that we write."""


class Result(msgspec.Struct, frozen=True):
    """What came of a task.

    `diff` is what changed in its work tree, null where that is not known. `error_kind` is for programs. `attempts`
    counts runs, the last of which this is; `seconds` is how long that one took. `digest` tells the task's line.
    """

    id: str
    status: Status
    attempts: int
    final_message: str | None = None
    error: str | None = None
    error_kind: Any = None
    diff: str | None = None
    commit: str | None = None
    usage: TokenUsage | None = None
    session_id: str | None = None
    started_at: str = ""
    seconds: float = 0.0
    digest: str = ""


class ResultsInUse(OctavoError):
    """The file cannot be used: another batch writes to it, or it cannot be written at all."""


class _Known(msgspec.Struct, frozen=True):
    id: str
    status: Status
    digest: str = ""


class Results:
    """The file of results, for one batch at a time. Raises `ResultsInUse`."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise ResultsInUse(f"another batch writes to {path}") from None
        except OSError as error:
            raise ResultsInUse(f"cannot write {path}: {error.strerror}") from None
        self._known = self._read()

    def left(self, tasks: list[Task], *, again: bool) -> list[Task]:
        """The tasks without a result; with `again` also those whose result is that they failed."""
        return [task for task in tasks if not self._is_done(task, again=again)]

    def any_failed(self, tasks: list[Task]) -> bool:
        """Whether the result of any of them is that it failed."""
        return any(self._known[task.id].status == "failed" for task in tasks if task.id in self._known)

    def add(self, result: Result) -> None:
        """Write one. Raises `ResultsInUse` where that fails, as on a full disk; what is torn is taken back."""
        line = encode_json(result) + b"\n"
        end = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, line)
            if written != len(line):
                raise OSError(28, "no room for a whole line")
        except OSError as error:
            os.ftruncate(self._file, end)
            raise ResultsInUse(f"cannot write {self.path}: {error.strerror}") from None
        self._known[result.id] = _Known(result.id, result.status, result.digest)

    def close(self) -> None:
        """Let it go."""
        os.close(self._file)

    def _is_done(self, task: Task, *, again: bool) -> bool:
        known = self._known.get(task.id)
        return known is not None and known.digest == task.digest and not (again and known.status == "failed")

    def _read(self) -> dict[str, _Known]:
        """What is there. A last line that was torn is cut off, so that the next one stands by itself.

        A file that holds anything else than results stays as it is.
        """
        with open(self.path, "rb") as file:
            *lines, last = file.read().split(b"\n")
        known = [self._result(line) for line in lines if line.strip()]
        if last.startswith(_BEGINNING) or _BEGINNING.startswith(last):
            os.ftruncate(self._file, os.fstat(self._file).st_size - len(last))
        else:
            raise self._is_no_result()
        return {one.id: one for one in known}

    def _result(self, line: bytes) -> _Known:
        try:
            return msgspec.json.decode(line, type=_Known)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._is_no_result() from None

    def _is_no_result(self) -> ResultsInUse:
        return ResultsInUse(f"{self.path} holds a line that is no result; name another file with -o")
