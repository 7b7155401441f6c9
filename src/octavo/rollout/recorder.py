"""Writes a session's file while the session runs (`docs/rollouts.md`).

Guarantees: lines stand in the order of the calls; each call is one `write` of whole
lines to a file opened for appending, so lines never interleave and a finished call
is in the kernel's hands; nothing is ever changed or taken away. There is no thread
and no queue: a few lines take microseconds.

A failed write does not end the session: it is logged once, `failure` says why, and what
could not be written waits in memory and goes first when a later call, or `close`, finds
room again; `close` raises if nothing helped. The file is locked as one that is in use,
which keeps nobody out. The times are local in path and name, UTC in the lines.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence

import msgspec

from octavo.protocol.events import EventMsg
from octavo.protocol.items import ResponseItem
from octavo.protocol.json_text import encode_json
from octavo.rollout.errors import RolloutCreateError, RolloutWriteError, os_error_text
from octavo.rollout.journal import Journal, mark_in_use
from octavo.rollout.lines import (
    DroppedOutput,
    LineKind,
    RolloutLine,
    SessionMeta,
    TurnContextLine,
    encode_line,
)
from octavo.rollout.persistence import encode_item, is_saved

logger = logging.getLogger(__name__)

REMOVED = "its file was removed"
"""The one reason for not saving that does not pass."""

Clock = Callable[[], int]
"""The time now, in Unix milliseconds."""


class RolloutRecorder:
    """The writer of one session's file. Make one with `create` or `reopen`."""

    path: str
    """The file, absolute if the `CODEX_HOME` given was."""

    def __init__(self, path: str, fd: int, now: Clock, ordinal: int | None = None) -> None:
        self.path = path
        self._fd = fd
        self._now = now
        self._ordinal = ordinal
        self.failure: str | None = None
        """Why what happens is not saved at present; None while it is."""
        self._unwritten: bytearray | None = None
        """What stands before the first thing that happens, while there is no file."""
        self._late = bytearray()
        """What the file could not take; it goes before anything else."""
        self._journal = Journal(path)
        self._is_closed = False
        self.is_shared = False
        """Whether somebody else had the session open when it was opened here."""

    @classmethod
    def create(cls, codex_home: str, meta: SessionMeta, now: Clock) -> RolloutRecorder:
        """Start the file of a new session; its first line is `meta`.

        Raises `RolloutCreateError`, after which the session must not start.
        """
        path = new_rollout_path(codex_home, meta.id, now())
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        except OSError as error:
            raise _cannot_start(error) from None
        mark_in_use(fd)
        recorder = cls(path, fd, now)
        recorder._append("session_meta", [encode_json(meta)])
        if recorder.failure:
            with contextlib.suppress(OSError):  # an empty file is no session
                os.unlink(path)
        recorder._must_have_started()
        return recorder

    @classmethod
    def create_later(cls, codex_home: str, meta: SessionMeta, now: Clock) -> RolloutRecorder:
        """The same, but the file is made with the first thing that happens: a session that is never used leaves none.

        Raises `RolloutCreateError` where a file could not be made now.
        """
        path = new_rollout_path(codex_home, meta.id, now())
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as error:
            raise _cannot_start(error) from None
        if not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
            raise _cannot_start(PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
        recorder = cls(path, -1, now)
        recorder._unwritten = bytearray()
        recorder._append("session_meta", [encode_json(meta)])
        return recorder

    @classmethod
    def nowhere(cls, now: Clock) -> RolloutRecorder:
        """A recorder that saves nothing, for a session of which nothing is to stay; its `path` is empty."""
        recorder = cls("", os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), now)
        recorder._journal.turn_off()
        return recorder

    @classmethod
    def reopen(cls, path: str, now: Clock) -> RolloutRecorder:
        """Go on with a saved session, after ending a torn last line and taking over what a killed process left.

        No line about the session itself is added. Raises `RolloutCreateError`.
        """
        # A new session, the usual case, does not pay for these.
        from octavo.rollout.numbering import next_ordinal
        from octavo.rollout.settle import left_items

        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise _cannot_start(error) from None
        try:
            recorder = cls(path, fd, now, next_ordinal(fd))
            recorder.is_shared = mark_in_use(fd)
            with left_items(path, fd) as left:
                if _is_torn(fd):
                    recorder._write(b"\n")
                recorder._append("response_item", left)
                recorder._must_have_started()
        except OSError as error:
            os.close(fd)
            raise _cannot_start(error) from None
        return recorder

    # --- what the session saves ---

    def record_items(self, items: Sequence[ResponseItem]) -> None:
        """Save a batch of history items, the ones that `note_completed_item` kept among them."""
        payloads = [encode_item(item) for item in items]
        self._append("response_item", payloads)
        if not self.failure:
            self._journal.saved(payloads)

    def record_event(self, msg: EventMsg) -> None:
        """Save an event, if its kind is saved; call it before anyone sees the event."""
        if is_saved(msg):
            self._append("event_msg", [encode_json(msg)])

    def record_turn_context(self, context: TurnContextLine) -> None:
        """Save the settings of an attempt. Items of an earlier attempt that were not recorded by now are given up."""
        self._append("turn_context", [encode_json(context)])
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0 and self.path:
            self._stop(REMOVED)
        if not self.failure:
            self._journal.forget()

    def record_compacted(
        self,
        message: str,
        replacement: Sequence[ResponseItem] | None = None,
        *,
        dropped: Sequence[DroppedOutput] = (),
        others: int = 0,
        takes_back: bool = False,
    ) -> None:
        """Save that a summary, or the items of `replacement`, took the place of the history so far."""
        line: dict[str, object] = {"message": message}
        if replacement is not None:
            line["replacement_history"] = [msgspec.Raw(encode_item(item)) for item in replacement]
            told = {"dropped": dropped, "others": others, "takes_back": takes_back}
            line |= {key: value for key, value in told.items() if value}
        self._append("compacted", [encode_json(line)])

    def record_copied(self, lines: Iterable[RolloutLine]) -> None:
        """Save lines of another session as they are, with the time of now (a fork)."""
        self._write(b"".join(self._line(line.kind, line.payload) for line in lines))

    def note_completed_item(self, item: ResponseItem) -> None:
        """Keep an item safe until the batch that holds it; call it before its completion is shown."""
        if self.failure is None and self._fd >= 0:
            self._journal.note(encode_item(item), os.fstat(self._fd).st_size)

    # --- the end ---

    def flush(self) -> None:
        """Every line is with the kernel when its call returns; here so that callers can say what they rely on."""

    def close(self) -> None:
        """Let go of the file. May be called twice.

        Raises `RolloutWriteError` if something was not saved; the journal then stays for the next opening.
        """
        if self._is_closed:
            return
        self._is_closed = True
        if self.failure and self._unwritten is not None:
            self._make_file(self._unwritten)
        elif self._late:
            self._catch_up()
        self._unwritten = None
        try:
            self._journal.close(keep=self.failure is not None)
            if self._fd >= 0:
                os.close(self._fd)
        except OSError as error:
            self._stop(os_error_text(error))
        self._fd = -1
        if self.failure:
            raise RolloutWriteError(f"failed to record rollout items: {self.failure}")

    # --- writing ---

    def _append(self, kind: LineKind, payloads: Iterable[bytes]) -> None:
        if self._unwritten is not None and kind not in ("session_meta", "response_item"):
            self._make_file(self._unwritten)
        self._write(b"".join([self._line(kind, payload) for payload in payloads]))

    def _make_file(self, unwritten: bytearray) -> None:
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            self._fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        except OSError as error:
            self._stop(os_error_text(error))
            return
        mark_in_use(self._fd)
        self._unwritten, self.failure = None, None
        self._write(bytes(unwritten))

    def _line(self, kind: LineKind, payload: bytes) -> bytes:
        ordinal = self._ordinal
        if ordinal is not None:
            self._ordinal = ordinal + 1
        return encode_line(self._now(), kind, payload, ordinal)

    def _write(self, data: bytes) -> None:
        if not data:
            return
        if self._unwritten is not None:
            self._unwritten += data
            return
        if self._fd < 0:
            self._stop("the session is closed")
            return
        if self._late:
            self._late += data
            self._catch_up()
            return
        try:
            while data:  # a full disk takes a part first and fails then
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            self._stop(os_error_text(error))
            self._late += data

    def _catch_up(self) -> None:
        try:
            while self._late:
                del self._late[: os.write(self._fd, self._late)]
        except OSError:
            return
        if self.failure != REMOVED:
            self.failure = None

    def _stop(self, reason: str) -> None:
        if self.failure is None:
            self.failure = reason
            logger.error("failed to record rollout items: %s", reason)

    def _must_have_started(self) -> None:
        if reason := self.failure:
            os.close(self._fd)
            raise RolloutCreateError(f"failed to initialize rollout recorder: {reason}")


def new_rollout_path(codex_home: str, conversation_id: str, unix_ms: int) -> str:
    """Where a session that starts now is saved: the folder and the name tell the local time."""
    time.tzset()  # the zone of this moment, not that of the interpreter's start
    local = time.localtime(unix_ms // 1000)
    folder = os.path.join(codex_home, "sessions", f"{local.tm_year}", f"{local.tm_mon:02}", f"{local.tm_mday:02}")
    return os.path.join(folder, f"rollout-{time.strftime('%Y-%m-%dT%H-%M-%S', local)}-{conversation_id}.jsonl")


def _is_torn(fd: int) -> bool:
    size = os.fstat(fd).st_size
    return size > 0 and os.pread(fd, 1, size - 1) != b"\n"


def _cannot_start(error: OSError) -> RolloutCreateError:
    return RolloutCreateError(f"failed to initialize rollout recorder: {os_error_text(error)}")
