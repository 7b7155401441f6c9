"""The login in force (`docs/models.md`).

It is read once; what other programs do to the file afterwards shows after `reload`.
Refreshes run one at a time, since a refresh token can be spent only once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from octavo.auth.storage import CredentialsStore, StoredLogin, load_login, now_as_text, save_login, seconds_of
from octavo.auth.tokens import AuthError, IdClaims, Tokens, read_claims
from octavo.http.client import HttpClient

_log = logging.getLogger("octavo.auth")

NO_TOKENS = "Token data is not available."
NO_REFRESH = "The access token is not taken any more. Log in again: octavo login"
_REFRESH_AFTER_SECONDS = 8 * 24 * 3600
_REFRESH_LIMIT_SECONDS = 60.0


class Auth(msgspec.Struct, frozen=True):
    """A login: an API key, or the tokens of a ChatGPT login (which may be missing)."""

    mode: Literal["apikey", "chatgpt"]
    api_key: str | None = None
    tokens: Tokens | None = None
    last_refresh: str | None = None

    @property
    def account_id(self) -> str | None:
        """The workspace that requests are made for."""
        return self.tokens.account_id if self.mode == "chatgpt" and self.tokens else None

    @property
    def claims(self) -> IdClaims:
        """What the identity token says; nothing without one."""
        return read_claims(self.tokens.id_token) if self.mode == "chatgpt" and self.tokens else IdClaims()

    def __repr__(self) -> str:
        return f"Auth(mode={self.mode!r})"


def effective_auth(
    codex_home: str, store: CredentialsStore, environ: Mapping[str, str], *, allow_env_key: bool
) -> Auth | None:
    """The login that counts: `CODEX_API_KEY` where it is allowed, else the stored one.

    None without any. Raises `AuthError` for a stored login that cannot be read.
    """
    key = environ.get("CODEX_API_KEY", "").strip() if allow_env_key else ""
    return Auth("apikey", key) if key else _stored_auth(load_login(codex_home, store))


def _stored_auth(login: StoredLogin | None) -> Auth | None:
    if login is None:
        return None
    if login.api_key is not None:
        return Auth("apikey", login.api_key)
    return Auth("chatgpt", None, login.tokens, login.last_refresh)


class CurrentLogin:
    """Holds the login for everything in the process that sends requests.

    A stored login that cannot be read counts as none. `allow_env_key` lets
    `CODEX_API_KEY` count. `clock` gives Unix time in nanoseconds.
    """

    def __init__(
        self,
        codex_home: str,
        http: HttpClient,
        environ: Mapping[str, str],
        store: CredentialsStore = "file",
        *,
        allow_env_key: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._codex_home, self._http, self._environ, self._store = codex_home, http, environ, store
        self._allow_env_key, self._clock = allow_env_key, clock
        self._refreshing = asyncio.Lock()
        self._auth = self._load()

    @property
    def auth(self) -> Auth | None:
        """The login in force; None if nobody is logged in."""
        return self._auth

    def reload(self) -> bool:
        """Read the store again; says whether the kind of login has changed."""
        before, self._auth = self._auth, self._load()
        return (before and before.mode) != (self._auth and self._auth.mode)

    async def bearer(self) -> str | None:
        """The token for a request: the API key, or an access token no older than eight days.

        Raises `AuthError` if a needed refresh fails or tokens are missing.
        """
        auth = self._auth
        if auth is None or auth.mode == "apikey":
            return auth.api_key if auth else None
        return (await self.token_data()).access_token

    async def token_data(self) -> Tokens:
        """The tokens of the ChatGPT login, refreshed if they are more than eight days old. Raises `AuthError`."""
        tokens = self._fresh_enough()
        if tokens is not None:
            return tokens
        try:
            async with asyncio.timeout(_REFRESH_LIMIT_SECONDS), self._refreshing:
                # Another conversation may have refreshed while this one waited.
                return self._fresh_enough() or await self._refresh()
        except TimeoutError:
            raise AuthError("timed out while refreshing OpenAI API key") from None

    async def refresh(self, rejected: str | None = None) -> Tokens:
        """Get fresh tokens now. Raises `AuthError`.

        `rejected` is the access token that a server refused: if another refresh has
        replaced it meanwhile, that is enough.
        """
        async with self._refreshing:
            auth = self._auth
            if rejected is not None and auth and auth.tokens and auth.tokens.access_token != rejected:
                return auth.tokens
            return await self._refresh()

    async def _refresh(self) -> Tokens:
        login = load_login(self._codex_home, self._store)
        if login is None or login.tokens is None:
            raise AuthError(NO_TOKENS)
        old = login.tokens
        if not old.refresh_token:
            raise AuthError(NO_REFRESH)
        from octavo.auth.refresh import request_fresh_tokens  # rare: once in days

        fresh = await request_fresh_tokens(self._http, old.refresh_token, self._environ)
        if fresh.id_token is not None:
            read_claims(fresh.id_token)
        tokens = Tokens(
            fresh.id_token if fresh.id_token is not None else old.id_token,
            fresh.access_token if fresh.access_token is not None else old.access_token,
            fresh.refresh_token if fresh.refresh_token is not None else old.refresh_token,
            old.account_id,
        )
        save_login(self._codex_home, StoredLogin(login.api_key, tokens, now_as_text(self._clock())), self._store)
        self.reload()
        return tokens

    def _fresh_enough(self) -> Tokens | None:
        """The tokens in force; None if they are to be refreshed first. Raises `AuthError` without any."""
        auth = self._auth
        if auth is None or auth.tokens is None or auth.last_refresh is None:
            raise AuthError(NO_TOKENS)
        if not auth.tokens.refresh_token:
            return auth.tokens  # nothing else can be had; the service says when it is too old
        age = self._clock() / 1e9 - seconds_of(auth.last_refresh)
        return auth.tokens if age <= _REFRESH_AFTER_SECONDS else None

    def _load(self) -> Auth | None:
        try:
            return effective_auth(self._codex_home, self._store, self._environ, allow_env_key=self._allow_env_key)
        except AuthError as error:
            _log.warning("the stored login cannot be read and counts as none: %s", error)
            return None
