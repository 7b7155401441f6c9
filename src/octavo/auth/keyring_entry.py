"""Texts in the system's keyring, through the `keyring` package (`docs/login.md`)."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from octavo.errors import OctavoError

T = TypeVar("T")


class KeyringFailed(OctavoError):
    """The keyring cannot be used; the text is the cause."""


def load_entry(service: str, account: str) -> str | None:
    """The stored text; None without an entry. Raises `KeyringFailed`."""
    found = _asked(lambda keyring: keyring.get_password(service, account))
    return found if isinstance(found, str) else None


def save_entry(service: str, account: str, text: str) -> None:
    """Store a text. Raises `KeyringFailed`."""
    _asked(lambda keyring: keyring.set_password(service, account, text))


def delete_entry(service: str, account: str) -> bool:
    """Remove the entry; says whether there was one. Raises `KeyringFailed`."""
    if load_entry(service, account) is None:
        return False
    _asked(lambda keyring: keyring.delete_password(service, account))
    return True


def has_keyring() -> bool:
    """Whether the package is there; its backends may still fail."""
    try:
        _keyring()
    except KeyringFailed:
        return False
    return True


def _asked(question: Callable[[ModuleType], T]) -> T:
    keyring = _keyring()
    try:
        return question(keyring)
    except Exception as error:
        # Keyrings are plug-ins: each has errors of its own.
        raise KeyringFailed(str(error) or type(error).__name__) from None


def _keyring() -> ModuleType:
    from importlib import import_module

    try:
        return import_module("keyring")
    except ImportError:
        raise KeyringFailed("the package `keyring` is not installed (pip install keyring)") from None
