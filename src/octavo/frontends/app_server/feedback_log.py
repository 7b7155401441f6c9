"""The last log lines of every level, kept in memory for a report; only where reports go somewhere."""

from __future__ import annotations

import logging

_SIZE = 4 << 20


class FeedbackLog(logging.Handler):
    """Four mebibytes of log; the oldest go first. Loggers write as ever to where they wrote before."""

    def __init__(self) -> None:
        super().__init__(level=1)
        self._data = bytearray()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._data += self.format(record).encode("utf-8", "replace") + b"\n"
        del self._data[: max(len(self._data) - _SIZE, 0)]

    def content(self) -> bytes:
        """What is kept."""
        return bytes(self._data)


def keep_log() -> FeedbackLog:
    """Start keeping all levels, without changing what the handlers of now show.

    Lines are formatted as theirs are, so that what they mask is masked here, too.
    """
    log = FeedbackLog()
    root = logging.getLogger()
    log.setFormatter(next((handler.formatter for handler in root.handlers), None))
    for handler in root.handlers:
        handler.setLevel(max(handler.level, root.level))
    root.setLevel(1)
    root.addHandler(log)
    return log
