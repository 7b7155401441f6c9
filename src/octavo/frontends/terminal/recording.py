"""A record of what went through the interface, for whoever looks into a fault (`docs/terminal-views.md`, "Recording").

`CODEX_TUI_RECORD_SESSION` turns it on. Each line is a JSON object with the time, the direction and a kind. The file
belongs to its owner alone; what cannot be written is left out and never ends the program.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

import msgspec

from octavo.config.config import Config
from octavo.files.plain_file import keep_private
from octavo.protocol.events import Event
from octavo.protocol.ops import Op

SWITCH, PATH_VARIABLE = "CODEX_TUI_RECORD_SESSION", "CODEX_TUI_SESSION_LOG_PATH"

_ON = frozenset({"1", "true", "TRUE", "yes", "YES"})


class Recording:
    """An open record."""

    def __init__(self, descriptor: int, now: Callable[[], float]) -> None:
        self._descriptor, self._now = descriptor, now

    def event(self, event: Event) -> None:
        """An event of the conversation came."""
        self._write("to_tui", "codex_event", payload=event)

    def op(self, op: Op) -> None:
        """An operation was handed to the conversation."""
        self._write("from_tui", "op", payload=op)

    def note(self, kind: str, **facts: object) -> None:
        """Something happened inside: `new_session`, `insert_history_cell`, `file_search_start` and the like."""
        self._write("to_tui", kind, **facts)

    def close(self) -> None:
        """The program ends."""
        self._write("meta", "session_end")
        os.close(self._descriptor)
        self._descriptor = -1

    def start(self, config: Config) -> None:
        """The first line: where, and with which model."""
        self._write(
            "meta",
            "session_start",
            cwd=config.cwd,
            model=config.model,
            model_provider_id=config.model_provider_id,
            model_provider_name=config.model_provider.name,
        )

    def _write(self, direction: str, kind: str, **facts: object) -> None:
        moment = self._now()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03}Z"
        try:
            line = msgspec.json.encode({"ts": stamp, "dir": direction, "kind": kind, **facts})
            os.write(self._descriptor, line + b"\n")
        except (OSError, TypeError, ValueError):
            return  # it only records


def open_recording(
    config: Config, environ: Mapping[str, str], now: Callable[[], float] = time.time
) -> Recording | None:
    """The record with its first line, where the environment asks for one. Raises `OSError`."""
    if environ.get(SWITCH) not in _ON:
        return None
    name = time.strftime("session-%Y%m%dT%H%M%SZ.jsonl", time.gmtime(now()))
    path = environ.get(PATH_VARIABLE) or os.path.join(config.codex_home, "log", name)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    keep_private(descriptor)  # it may be older than this rule
    recording = Recording(descriptor, now)
    recording.start(config)
    return recording
