"""Logging in to a server in the browser, and out again (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.mcp.errors import OAuthFailed
from octavo.mcp.oauth.callback import callback_server
from octavo.mcp.oauth.credentials import StoredTokens, TokenStore
from octavo.mcp.oauth.discovery import discover, headers_for
from octavo.mcp.oauth.tokens import reason_in, request_tokens, stored_form

WAIT_SECONDS = 300.0


class Registration(msgspec.Struct, frozen=True):
    """What a server calls us from now on."""

    client_id: str


async def log_in(
    name: str,
    url: str,
    headers: Mapping[str, str],
    scopes: Sequence[str],
    *,
    store: TokenStore,
    http: HttpClient,
    show_address: Callable[[str], None],
    seconds: float = WAIT_SECONDS,
) -> None:
    """Let the user log in, and keep the tokens. Raises `OAuthFailed`.

    `show_address` gets the address that the user has to visit; `seconds` is how long we wait for that.
    """
    endpoints = await discover(http, url, headers)
    if endpoints is None:
        raise OAuthFailed(f"the MCP server '{name}' does not support logging in")
    if endpoints.registration_endpoint is None:
        raise OAuthFailed(f"the MCP server '{name}' does not let programs register themselves")
    async with callback_server() as callback:
        sent = headers_for(endpoints.registration_endpoint, url, headers)
        client_id = await _register(http, endpoints.registration_endpoint, callback.redirect_uri, sent)
        state, verifier = _random_text(16), _random_text(32)
        show_address(
            _authorization_url(
                endpoints.authorization_endpoint, client_id, state, verifier, callback.redirect_uri, scopes
            )
        )
        try:
            async with asyncio.timeout(seconds):
                brought = await callback.found
        except TimeoutError:
            raise OAuthFailed("timed out waiting for OAuth callback") from None
        if brought.state != state:
            raise OAuthFailed("the browser came back with the state of another login")
        form = {
            "grant_type": "authorization_code",
            "code": brought.code,
            "code_verifier": verifier,
            "client_id": client_id,
            "redirect_uri": callback.redirect_uri,
        }
        sent = headers_for(endpoints.token_endpoint, url, headers)
        answer = await request_tokens(http, endpoints.token_endpoint, form, sent)
    login = StoredTokens(server_name=name, server_url=url, client_id=client_id, access_token="", scopes=tuple(scopes))
    store.save(stored_form(login, answer))


async def _register(http: HttpClient, endpoint: str, redirect_uri: str, headers: list[tuple[bytes, bytes]]) -> str:
    body = {
        "client_name": "Codex",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        "response_types": ["code"],
    }
    sent = [*headers, (b"content-type", b"application/json")]
    try:
        answer = await http.request("POST", endpoint, sent, msgspec.json.encode(body))
    except OctavoError as error:
        raise OAuthFailed(f"cannot register with the server: {error}") from None
    if not answer.is_success:
        raise OAuthFailed(f"cannot register with the server: {status_text(answer.status)}: {reason_in(answer.body)}")
    try:
        return msgspec.json.decode(answer.body, type=Registration).client_id
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OAuthFailed(f"cannot register with the server: {error}") from None


def _authorization_url(
    endpoint: str, client_id: str, state: str, verifier: str, redirect_uri: str, scopes: Sequence[str]
) -> str:
    import hashlib
    from urllib.parse import urlencode

    challenge = _base64url(hashlib.sha256(verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": client_id,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "redirect_uri": redirect_uri,
    }
    if scopes:
        query["scope"] = " ".join(scopes)
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _random_text(size: int) -> str:
    return _base64url(os.urandom(size))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
