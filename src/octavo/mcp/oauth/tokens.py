"""Getting tokens from a token endpoint: for a code, or for a refresh token (`docs/mcp.md`)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.mcp.errors import OAuthFailed
from octavo.mcp.oauth.credentials import StoredTokens

_MAX_REASON = 500


class TokenAnswer(msgspec.Struct, frozen=True):
    """What the endpoint gave; the span in seconds."""

    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None
    scope: str | None = None


async def request_tokens(
    http: HttpClient, endpoint: str, form: Mapping[str, str], headers: list[tuple[bytes, bytes]]
) -> TokenAnswer:
    """Ask for tokens. Raises `OAuthFailed` with the server's reason."""
    from urllib.parse import urlencode

    sent = [*headers, (b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"application/json")]
    try:
        answer = await http.request("POST", endpoint, sent, urlencode(form).encode())
    except OctavoError as error:
        raise OAuthFailed(f"the token endpoint cannot be reached: {error}") from None
    if not answer.is_success:
        raise OAuthFailed(f"the token endpoint answered {status_text(answer.status)}: {reason_in(answer.body)}")
    try:
        return msgspec.json.decode(answer.body, type=TokenAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OAuthFailed(f"the token endpoint gave no tokens: {error}") from None


def stored_form(before: StoredTokens, answer: TokenAnswer) -> StoredTokens:
    """A login with the tokens that were just given; what was not given stays as it was."""
    expires_at = int((time.time() + answer.expires_in) * 1000) if answer.expires_in is not None else None
    return msgspec.structs.replace(
        before,
        access_token=answer.access_token,
        expires_at=expires_at,
        refresh_token=answer.refresh_token or before.refresh_token,
        scopes=tuple(answer.scope.split()) if answer.scope else before.scopes,
    )


def reason_in(body: bytes) -> str:
    """The reason in an error of an OAuth server."""
    try:
        told: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = None
    if isinstance(told, dict) and (words := told.get("error_description") or told.get("error")):
        return str(words)[:_MAX_REASON]
    return body.decode("utf-8", "replace")[:_MAX_REASON] or "no reason given"
