"""Log lines, on stderr or in a file, as far as `OCTAVO_LOG` or `RUST_LOG` asks for them (`docs/logs.md`).

Unset means error lines alone on stderr, as users of Codex expect. Rooms that know
secrets keep them out of their messages; what looks like one anyway, or is the value of
a variable that is named like one, is masked in every line.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping

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
    _install(logging.StreamHandler(sys.stderr), environ, default, color=os.isatty(2))


def log_to_file(path: str, environ: Mapping[str, str], default: str = "info") -> None:
    """Append log lines to a file that its owner alone can read; its folder is made if it is missing.

    Raises `OSError`.
    """
    from octavo.files.plain_file import keep_private  # a command that logs to stderr pays nothing

    os.makedirs(os.path.dirname(path), exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    keep_private(descriptor)  # it may be older than this rule
    stream = open(descriptor, "w", encoding="utf-8", errors="replace")  # noqa: SIM115 - open until the process ends
    _install(logging.StreamHandler(stream), environ, default, color=False)


def _install(handler: logging.Handler, environ: Mapping[str, str], default: str, *, color: bool) -> None:
    handler.setFormatter(_Lines(color, environ))
    logging.lastResort = None
    # A reader that left is not worth a traceback on the stream that just broke.
    logging.raiseExceptions = False
    logging.getLogger().addHandler(handler)
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

    def __init__(self, color: bool, environ: Mapping[str, str]) -> None:
        super().__init__()
        self._color, self._environ = color, environ
        self._redact: Callable[[str], str] | None = None

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback only for who reads this logger at debug level."""
        micros = int(record.created % 1 * 1_000_000)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{micros:06}Z"
        level = _NAMES.get(record.levelno, record.levelname)
        shown = f"{level:>5}"
        if self._color:
            stamp, shown = f"\x1b[2m{stamp}\x1b[0m", f"\x1b[{_COLORS.get(level, '0')}m{shown}\x1b[0m"
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            if logging.getLogger(record.name).isEnabledFor(logging.DEBUG):
                text += f"\n{self.formatException(record.exc_info)}"
            else:
                text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        return f"{stamp} {shown} {record.name}: {self._without_secrets(text)}"

    def _without_secrets(self, text: str) -> str:
        from octavo.http.redact import redaction  # its patterns take time, and most runs log nothing

        if self._redact is None:
            self._redact = redaction(self._environ)
        return self._redact(text)
