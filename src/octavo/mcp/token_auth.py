"""The token of a stored login on every request to a server, renewed when the server refuses it (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping

import httpx2

from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.mcp.oauth.credentials import StoredTokens, TokenStore
from octavo.mcp.oauth.discovery import discover, headers_for
from octavo.mcp.oauth.tokens import request_tokens, stored_form

log = logging.getLogger(__name__)


class StoredTokenAuth(httpx2.Auth):
    """Sends the access token as it is, even one that should have expired; a refusal makes it ask for a new one."""

    def __init__(
        self, store: TokenStore, tokens: StoredTokens, headers: Mapping[str, str], environ: Mapping[str, str]
    ) -> None:
        self._store, self._tokens, self._headers, self._environ = store, tokens, headers, environ
        self._one_at_a_time = asyncio.Lock()

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Add the token; after a refusal, once more with a new one if there is."""
        used = self._tokens
        request.headers["authorization"] = f"Bearer {used.access_token}"
        response = yield request
        if response.status_code != httpx2.codes.UNAUTHORIZED:
            return
        async with self._one_at_a_time:
            if self._tokens is used:
                await self._renew()
        if self._tokens is not used:
            request.headers["authorization"] = f"Bearer {self._tokens.access_token}"
            yield request

    async def _renew(self) -> None:
        """Spend the refresh token; without one, or when it is refused, everything stays as it is."""
        before = self._tokens
        if before.refresh_token is None:
            return
        http = HttpClient(None, self._environ)
        try:
            endpoints = await discover(http, before.server_url, self._headers)
            if endpoints is None:
                return
            form = {
                "grant_type": "refresh_token",
                "refresh_token": before.refresh_token,
                "client_id": before.client_id,
            }
            sent = headers_for(endpoints.token_endpoint, before.server_url, self._headers)
            self._tokens = stored_form(before, await request_tokens(http, endpoints.token_endpoint, form, sent))
            self._store.save(self._tokens)
        except OctavoError as error:
            log.warning("the login at MCP server %s cannot be renewed: %s", before.server_name, error)
        finally:
            await http.aclose()
