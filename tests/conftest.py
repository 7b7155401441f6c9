"""What every test starts from, whoever started the tests."""

from __future__ import annotations

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def signals_end_what_is_started() -> None:
    """A runner under `nohup` ignores hang-ups, and every program that a test starts would inherit that."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
