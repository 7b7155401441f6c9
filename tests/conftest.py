"""What every test starts from, whoever started the tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from octavo.files import programs


@pytest.fixture(autouse=True, scope="session")
def signals_end_what_is_started() -> None:
    """A runner under `nohup` ignores hang-ups, and every program that a test starts would inherit that."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


class _OtherFolders(set[str]):
    """The folders that commands may write, without the temporary ones."""

    def update(self, *folders: Iterable[str]) -> None:
        temporary = ("/tmp", os.environ.get("TMPDIR"))
        super().update(folder for some in folders for folder in some if folder not in temporary)


@pytest.fixture(autouse=True)
def programs_of_tests_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without known folders; programs that it makes itself stand in a temporary folder."""
    monkeypatch.setattr(programs, "_open", _OtherFolders())


@pytest.fixture
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command on a terminal that ends at once is seen to, however long that takes here."""
    monkeypatch.setattr("octavo.tools.unified_exec.QUICK_EXIT_SECONDS", 60.0)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that the sandbox protects."""
    from story import folder_outside_tmp  # which brings the whole engine

    with folder_outside_tmp() as folder:
        yield folder
