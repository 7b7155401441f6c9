"""Log lines on stderr, as far as the variable `RUST_LOG` (or `OCTAVO_LOG`) asks for them (`docs/exec.md`, "Logs").

Off means error lines alone, as users of Codex expect. Loggers never get secrets: the
rooms that know some keep them out of their messages.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Mapping

TRACE = 5
_LEVELS = {
    "trace": TRACE,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "off": logging.CRITICAL + 1,
}
_NAMES = {TRACE: "TRACE", logging.WARNING: "WARN", logging.CRITICAL: "ERROR"}
_COLORS = {"TRACE": "35", "DEBUG": "34", "INFO": "32", "WARN": "33", "ERROR": "31"}


def log_to_stderr(environ: Mapping[str, str], default: str = "error") -> None:
    """Send log lines to stderr, filtered by the environment, coloured on a terminal."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(os.isatty(2)))
    logging.lastResort = None
    # A reader that left is not worth a traceback on the stream that just broke.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.addHandler(handler)
    levels = log_levels(environ.get("OCTAVO_LOG") or environ.get("RUST_LOG") or default, default)
    for name, level in levels.items():
        logging.getLogger(name or None).setLevel(level)


def log_levels(text: str, default: str = "error") -> dict[str, int]:
    """Levels by logger name from `level` or `target=level,…`; the name `""` is everything else.

    A target may be spelled with `::` or `.`; a target alone means all its lines. What
    makes no sense is skipped.
    """
    levels = {"": _LEVELS[default]}
    for word in text.split(","):
        target, equals, level = word.strip().partition("=")
        if not equals and target.lower() in _LEVELS:
            levels[""] = _LEVELS[target.lower()]
        elif not equals and target:
            levels[target.replace("::", ".")] = TRACE
        elif target and level.strip().lower() in _LEVELS:
            levels[target.strip().replace("::", ".")] = _LEVELS[level.strip().lower()]
    return levels


class _Lines(logging.Formatter):
    """`2026-11-24T18:24:20.690463Z ERROR target: text`."""

    def __init__(self, color: bool) -> None:
        super().__init__()
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback if there is one."""
        micros = int(record.created % 1 * 1_000_000)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{micros:06}Z"
        level = _NAMES.get(record.levelno, record.levelname)
        shown = f"{level:>5}"
        if self._color:
            stamp, shown = f"\x1b[2m{stamp}\x1b[0m", f"\x1b[{_COLORS.get(level, '0')}m{shown}\x1b[0m"
        text = f"{stamp} {shown} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text
