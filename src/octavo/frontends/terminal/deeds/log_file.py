"""Where log lines go while the interface runs."""

from __future__ import annotations

import os


def log_file(codex_home: str) -> str:
    """Where log lines go while the interface runs."""
    return os.path.join(codex_home, "log", "codex-tui.log")
