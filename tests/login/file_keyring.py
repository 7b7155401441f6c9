"""A keyring that the tests can look into: one JSON file, named by the variable KEYRING_FILE."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Entries by service and account."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        entry = _entries().get(f"{service}/{username}")
        return entry if isinstance(entry, str) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        _store({**_entries(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = _entries()
        del entries[f"{service}/{username}"]
        _store(entries)


def _entries() -> dict[str, str]:
    path = Path(os.environ["KEYRING_FILE"])
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _store(entries: dict[str, str]) -> None:
    Path(os.environ["KEYRING_FILE"]).write_text(json.dumps(entries))
