"""Tokens of MCP servers, in the system's keyring or in `.credentials.json` (`docs/mcp.md`).

The file belongs to its owner alone from its first moment, and is replaced as a whole.
"""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TypeVar

import msgspec

from octavo.auth.keyring_entry import KeyringFailed, delete_entry, has_keyring, load_entry, save_entry
from octavo.config.schema import OAuthCredentialsStore
from octavo.files.private_file import replace_private_file
from octavo.mcp.errors import OAuthFailed

log = logging.getLogger(__name__)

SERVICE = "Codex MCP Credentials"
FILE_NAME = ".credentials.json"

T = TypeVar("T")


class StoredTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The login at one server; `expires_at` in Unix milliseconds. The text form hides the tokens."""

    server_name: str
    server_url: str
    client_id: str
    access_token: str
    expires_at: int | None = None
    refresh_token: str | None = None
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"StoredTokens(server_name={self.server_name!r}, server_url={self.server_url!r})"


class TokenStore(msgspec.Struct, frozen=True):
    """Where logins are kept: `auto` means the keyring, and the file where there is none."""

    codex_home: str
    mode: OAuthCredentialsStore = "auto"

    def load(self, name: str, url: str) -> StoredTokens | None:
        """The login at a server; None if there is none. Raises `OAuthFailed` when that cannot be told."""
        if self.mode != "file":
            try:
                text = load_entry(SERVICE, store_key(name, url))
            except KeyringFailed as error:
                if self.mode == "keyring":
                    raise OAuthFailed(f"failed to read OAuth tokens from keyring: {error}") from None
                text = None
            if text is not None:
                return _decoded(text.encode(), StoredTokens, "failed to deserialize OAuth tokens from keyring")
            if self.mode == "keyring":
                return None
        key = store_key(name, url)
        for tokens in self._read_file().values():
            if store_key(tokens.server_name, tokens.server_url) == key:
                return tokens
        return None

    def save(self, tokens: StoredTokens) -> None:
        """Keep a login in place of an older one at the same server. Raises `OAuthFailed`."""
        key = store_key(tokens.server_name, tokens.server_url)
        if self.mode != "file":
            try:
                save_entry(SERVICE, key, msgspec.json.encode(tokens).decode())
            except KeyringFailed as error:
                if self.mode == "keyring":
                    raise OAuthFailed(f"failed to write OAuth tokens to keyring: {error}") from None
                log.warning("MCP tokens go to a file, as the keyring cannot be used: %s", error)
            else:
                with contextlib.suppress(OAuthFailed):  # a file that nobody can read hides nothing newer
                    self._remove_from_file(key)
                return
        self._write_file({**self._read_file(), key: tokens})

    def delete(self, name: str, url: str) -> bool:
        """Forget a login; says whether there was one. Raises `OAuthFailed`."""
        key = store_key(name, url)
        was_in_keyring = False
        if self.mode == "keyring" or (self.mode == "auto" and has_keyring()):
            try:
                was_in_keyring = delete_entry(SERVICE, key)
            except KeyringFailed:
                raise OAuthFailed("failed to delete OAuth tokens from keyring") from None
        return self._remove_from_file(key) or was_in_keyring

    @property
    def path(self) -> str:
        """The file."""
        return os.path.join(self.codex_home, FILE_NAME)

    def _remove_from_file(self, key: str) -> bool:
        entries = self._read_file()
        kept = {at: one for at, one in entries.items() if store_key(one.server_name, one.server_url) != key}
        if len(kept) == len(entries):
            return False
        self._write_file(kept)
        return True

    def _read_file(self) -> dict[str, StoredTokens]:
        try:
            with open(self.path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise OAuthFailed(f"failed to read credentials file at {self.path}: {error.strerror}") from None
        return _decoded(data, dict[str, StoredTokens], f"failed to parse credentials file at {self.path}")

    def _write_file(self, entries: dict[str, StoredTokens]) -> None:
        try:
            if not entries:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path)
                return
            target = os.path.realpath(self.path)
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            replace_private_file(target, msgspec.json.encode(entries))
        except OSError as error:
            raise OAuthFailed(f"failed to write credentials file at {self.path}: {error.strerror}") from None


def store_key(name: str, url: str) -> str:
    """What a login is kept under: another address of a server of the same name is another login."""
    import hashlib  # a conversation without such servers pays nothing

    identity = msgspec.json.encode({"type": "http", "url": url, "headers": {}})  # in this order
    return f"{name}|{hashlib.sha256(identity).hexdigest()[:16]}"


def _decoded(data: bytes, kind: type[T], trouble: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise OAuthFailed(trouble) from None
