"""The login in the system's keyring (`docs/models.md`).

One entry for each home folder: service `Codex Auth`, account `cli|` and the first 16
digits of the SHA-256 of the folder's path.
"""

from __future__ import annotations

import os

from octavo.auth.keyring_entry import KeyringFailed, delete_entry, load_entry, save_entry

__all__ = ["KeyringFailed", "account_for", "delete", "load", "save"]

SERVICE = "Codex Auth"


def account_for(codex_home: str) -> str:
    """The account name of a home folder."""
    import hashlib

    path = os.path.realpath(codex_home) if os.path.exists(codex_home) else codex_home
    return "cli|" + hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def load(codex_home: str) -> str | None:
    """The stored text; None without an entry. Raises `KeyringFailed`."""
    return load_entry(SERVICE, account_for(codex_home))


def save(codex_home: str, text: str) -> None:
    """Store a text. Raises `KeyringFailed`."""
    save_entry(SERVICE, account_for(codex_home), text)


def delete(codex_home: str) -> bool:
    """Remove the entry; says whether there was one. Raises `KeyringFailed`."""
    return delete_entry(SERVICE, account_for(codex_home))
