"""The login in the system's keyring, through the `keyring` package (`docs/models.md`).

One entry for each home folder: service `Codex Auth`, account `cli|` and the first 16
digits of the SHA-256 of the folder's path.
"""

from __future__ import annotations

import os
from types import ModuleType

from octavo.errors import OctavoError

SERVICE = "Codex Auth"


class KeyringFailed(OctavoError):
    """The keyring cannot be used; the text is the cause."""


def account_for(codex_home: str) -> str:
    """The account name of a home folder."""
    import hashlib

    path = os.path.realpath(codex_home) if os.path.exists(codex_home) else codex_home
    return "cli|" + hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def load(codex_home: str) -> str | None:
    """The stored text; None without an entry. Raises `KeyringFailed`."""
    keyring = _keyring()
    try:
        found = keyring.get_password(SERVICE, account_for(codex_home))
    except Exception as error:  # keyrings are plug-ins: each has errors of its own
        raise KeyringFailed(_cause(error)) from None
    return found if isinstance(found, str) else None


def save(codex_home: str, text: str) -> None:
    """Store a text. Raises `KeyringFailed`."""
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, account_for(codex_home), text)
    except Exception as error:  # as above
        raise KeyringFailed(_cause(error)) from None


def delete(codex_home: str) -> bool:
    """Remove the entry; says whether there was one. Raises `KeyringFailed`."""
    if load(codex_home) is None:
        return False
    keyring = _keyring()
    try:
        keyring.delete_password(SERVICE, account_for(codex_home))
    except Exception as error:  # as above
        raise KeyringFailed(_cause(error)) from None
    return True


def _keyring() -> ModuleType:
    from importlib import import_module

    try:
        return import_module("keyring")
    except ImportError:
        raise KeyringFailed("the package `keyring` is not installed (pip install keyring)") from None


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__
