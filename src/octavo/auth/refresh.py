"""Asking the login server for fresh tokens (`docs/models.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.auth.tokens import AuthError
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.http.wire import TransportError

CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann"
REFRESH_URL = "https://auth.openai.com/oauth/token"
REFRESH_URL_VARIABLE = "CODEX_REFRESH_TOKEN_URL_OVERRIDE"


class FreshTokens(msgspec.Struct, frozen=True):
    """What the server answered; what is missing stays as it was."""

    id_token: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None


class _RefreshBody(msgspec.Struct, frozen=True):
    client_id: str
    grant_type: str
    refresh_token: str
    scope: str


async def request_fresh_tokens(http: HttpClient, refresh_token: str, environ: Mapping[str, str]) -> FreshTokens:
    """Spend a refresh token. Raises `AuthError` with the server's reason."""
    body = _RefreshBody(CLIENT_ID, "refresh_token", refresh_token, "openid profile email")
    url = environ.get(REFRESH_URL_VARIABLE) or REFRESH_URL
    headers = [(b"content-type", b"application/json")]
    try:
        answer = await http.request("POST", url, headers, msgspec.json.encode(body))
    except TransportError as error:
        raise AuthError(f"Failed to refresh token: {error}") from None
    if not answer.is_success:
        raise AuthError(f"Failed to refresh token: {status_text(answer.status)}: {_reason(answer.body)}")
    try:
        return msgspec.json.decode(answer.body, type=FreshTokens)
    except msgspec.DecodeError as error:
        raise AuthError(f"Failed to refresh token: {error}") from None


def _reason(body: bytes) -> str:
    if not body:
        return "Unknown error"
    try:
        told: Any = msgspec.json.decode(body)["error"]["message"]
    except (msgspec.DecodeError, LookupError, TypeError):
        told = None
    return told if isinstance(told, str) else body.decode("utf-8", "replace")
