"""The stored login: `auth.json` in the home folder, or the system's keyring (`docs/models.md`).

The file is made readable by its owner alone from its first moment, and replaced as a
whole: a reader sees the old login or the new one. A link is written through.
"""

# No `from __future__ import annotations` here: a start reads the login, and annotations would be compiled from text.

import os
import time
from typing import Literal

import msgspec

from octavo.auth.tokens import AuthError, Tokens, read_claims
from octavo.files.private_file import replace_private_file

CredentialsStore = Literal["file", "keyring", "auto"]


class StoredLogin(msgspec.Struct, frozen=True):
    """What is stored; `last_refresh` is an RFC 3339 time."""

    api_key: str | None = msgspec.field(name="OPENAI_API_KEY", default=None)
    tokens: Tokens | None = None
    last_refresh: str | None = None

    def __repr__(self) -> str:
        return f"StoredLogin(has_api_key={self.api_key is not None}, tokens={self.tokens!r})"


def auth_file(codex_home: str) -> str:
    """Where the login is stored under a home folder."""
    return os.path.join(codex_home, "auth.json")


def load_login(codex_home: str, store: CredentialsStore = "file") -> StoredLogin | None:
    """The stored login; None if nobody is logged in. Raises `AuthError` for one that cannot be read."""
    if store == "file":
        return _load_file(codex_home)
    from octavo.auth import keyring_store

    try:
        text = keyring_store.load(codex_home)
    except keyring_store.KeyringFailed as error:
        if store == "keyring":
            raise AuthError(f"failed to load CLI auth from keyring: {error}") from None
        text = None
    if text is None:
        return _load_file(codex_home) if store == "auto" else None
    try:
        return decode_login(text.encode())
    except AuthError as error:
        if store == "keyring":
            raise AuthError(f"failed to deserialize CLI auth from keyring: {error}") from None
        return _load_file(codex_home)


def save_login(codex_home: str, login: StoredLogin, store: CredentialsStore = "file") -> None:
    """Store a login in place of any other. Raises `AuthError`."""
    if store == "file":
        _save_file(codex_home, login)
        return
    from octavo.auth import keyring_store

    try:
        keyring_store.save(codex_home, encode_login(login).decode())
    except keyring_store.KeyringFailed as error:
        if store == "keyring":
            raise AuthError(f"failed to write OAuth tokens to keyring: {error}") from None
        _save_file(codex_home, login)
        return
    _delete_file(codex_home)


def delete_login(codex_home: str, store: CredentialsStore = "file") -> bool:
    """Forget the stored login; says whether there was one. Raises `AuthError`."""
    was_in_keyring = False
    if store != "file":
        from octavo.auth import keyring_store

        try:
            was_in_keyring = keyring_store.delete(codex_home)
        except keyring_store.KeyringFailed as error:
            raise AuthError(f"failed to delete auth from keyring: {error}") from None
    return _delete_file(codex_home) or was_in_keyring


def decode_login(data: bytes) -> StoredLogin:
    """Read the JSON of a login. Raises `AuthError`."""
    try:
        login = msgspec.json.decode(data, type=StoredLogin)
    except msgspec.DecodeError as error:
        raise AuthError(str(error)) from None
    if login.tokens is not None:
        read_claims(login.tokens.id_token)
    if login.last_refresh is not None:
        seconds_of(login.last_refresh)
    return login


def encode_login(login: StoredLogin, indent: int = 0) -> bytes:
    """A login as JSON: the API key always, what else is set."""
    shown = {"OPENAI_API_KEY": login.api_key}
    if login.tokens is not None:
        shown["tokens"] = login.tokens  # type: ignore[assignment] # any JSON value
    if login.last_refresh is not None:
        shown["last_refresh"] = login.last_refresh
    text = msgspec.json.encode(shown)
    return msgspec.json.format(text, indent=indent) if indent else text


def seconds_of(moment: str) -> float:
    """Unix seconds of an RFC 3339 time. Raises `AuthError` for any other text."""
    from datetime import datetime

    date, dot, rest = moment.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))] if dot else ""
    zone = (rest[len(digits) :] if dot else date[19:]).upper().replace("Z", "+00:00")
    try:
        if len(digits) > 9 or (dot and not digits) or not zone:
            raise ValueError(moment)
        whole = datetime.fromisoformat(date[:19] + zone)
    except ValueError:
        raise AuthError(f"invalid time in last_refresh: {moment!r}") from None
    return whole.timestamp() + (float(f"0.{digits}") if digits else 0.0)


def now_as_text(unix_nanoseconds: int) -> str:
    """A moment as it is stored: UTC with nine digits of a second."""
    seconds, nanoseconds = divmod(unix_nanoseconds, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{nanoseconds:09}Z"


def _load_file(codex_home: str) -> StoredLogin | None:
    try:
        with open(auth_file(codex_home), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuthError(f"cannot read {auth_file(codex_home)}: {error.strerror}") from None
    return decode_login(data)


def _save_file(codex_home: str, login: StoredLogin) -> None:
    # Writing goes to what a link points to; the link itself stays.
    target = os.path.realpath(auth_file(codex_home))
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        replace_private_file(target, encode_login(login, indent=2))
    except OSError as error:
        raise AuthError(f"cannot write {target}: {error.strerror}") from None


def _delete_file(codex_home: str) -> bool:
    try:
        os.unlink(auth_file(codex_home))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AuthError(f"cannot remove {auth_file(codex_home)}: {error.strerror}") from None
    return True
