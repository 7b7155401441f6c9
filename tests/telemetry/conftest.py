"""Runs of the real program beside a collector."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.append(os.path.join(os.path.dirname(__file__), os.pardir, "exec"))

from collector import make_certificates
from exec_place import Place


class PatientPlace(Place):
    """A place where the end of a run waits for the collector, however busy the machine is."""

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a run."""
        return super().environ({"OTEL_BLRP_EXPORT_TIMEOUT": "60000", **(more or {})})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home and a workspace of its own."""
    with ExitStack() as stack:
        yield PatientPlace(tmp_path, stack)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server and a client."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    return make_certificates(tmp_path_factory.mktemp("certificates"))
