"""Logins at MCP servers: the flow, what is kept of it, and its use in a conversation."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as FailingKeyring
from mcp_talks import ask_for, calls
from oauth_server import OAuthPlace
from story import Json, conversation, says
from web_server import Answer, WebServer, json_answer, web_server

from octavo.config.mcp_servers import HttpTransport, McpServer
from octavo.http.client import HttpClient
from octavo.mcp.errors import OAuthFailed
from octavo.mcp.oauth.credentials import StoredTokens, TokenStore, store_key
from octavo.mcp.oauth.discovery import auth_status, metadata_urls
from octavo.mcp.oauth.login import log_in


@pytest.fixture
def place() -> OAuthPlace:
    return OAuthPlace()


@pytest.fixture
def web(place: OAuthPlace) -> Iterator[WebServer]:
    with web_server(place) as web:
        place.url = web.url
        yield web


@asynccontextmanager
async def http_client() -> AsyncIterator[HttpClient]:
    http = HttpClient(None, {})
    try:
        yield http
    finally:
        await http.aclose()


async def go(url: str) -> tuple[int, bytes]:
    async with http_client() as http:
        answer = await http.request("GET", url)
        return answer.status, answer.body


async def log_in_at(place: OAuthPlace, store: TokenStore, *visits: Json, scopes: tuple[str, ...] = ()) -> list[Any]:
    """A login in which the browser comes back once for each visit; what it was told, the question first."""
    told: list[Any] = []
    browsing: list[asyncio.Task[None]] = []

    async def browse(address: str) -> None:
        query = place.agree(address)
        told.append(query)
        for visit in visits:
            given = {key: query["state"] if value == "STATE" else value for key, value in visit.items()}
            told.append(await go(f"{query['redirect_uri']}?{urlencode(given)}"))

    def show(address: str) -> None:
        browsing.append(asyncio.create_task(browse(address)))

    url = f"{place.url}/mcp"
    async with http_client() as http:
        try:
            await log_in("oa", url, {}, scopes, store=store, http=http, show_address=show, seconds=10)
        finally:
            await asyncio.gather(*browsing)
    return told


GOOD = {"code": "the-code", "state": "STATE"}


async def test_a_login_ends_with_tokens_on_disk(tmp_path: Path, place: OAuthPlace, web: WebServer) -> None:
    store = TokenStore(str(tmp_path), "file")
    query, wrong, right = await log_in_at(place, store, {"a": "b"}, GOOD, scopes=("a", "b"))
    assert wrong == (400, b"Invalid OAuth callback")
    assert right == (200, b"Authentication complete. You may close this window.")
    assert query["redirect_uri"].startswith("http://127.0.0.1:")
    assert query["redirect_uri"].endswith("/callback")
    assert {key: query[key] for key in ("response_type", "client_id", "code_challenge_method", "scope")} == {
        "response_type": "code",
        "client_id": "cid1",
        "code_challenge_method": "S256",
        "scope": "a b",
    }
    (entry,) = json.loads((tmp_path / ".credentials.json").read_bytes()).items()
    assert entry[0] == store_key("oa", f"{web.url}/mcp")
    assert abs(entry[1].pop("expires_at") / 1000 - time.time() - 3600) < 60
    assert entry[1] == {
        "server_name": "oa",
        "server_url": f"{web.url}/mcp",
        "client_id": "cid1",
        "access_token": "AT1",
        "refresh_token": "RT1",
        "scopes": ["a", "b"],
    }
    assert stat.S_IMODE(os.stat(store.path).st_mode) == 0o600
    register = next(asked for asked in web.asked if asked.path == "/register")
    assert register.message == {
        "client_name": "Codex",
        "redirect_uris": [query["redirect_uri"]],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        "response_types": ["code"],
    }
    assert web.asked[0].headers["mcp-protocol-version"] == "2024-11-05"


async def test_the_state_of_another_login_is_refused(tmp_path: Path, place: OAuthPlace, web: WebServer) -> None:
    store = TokenStore(str(tmp_path), "file")
    with pytest.raises(OAuthFailed, match="another login"):
        await log_in_at(place, store, {"code": "the-code", "state": "forged"})
    assert not (tmp_path / ".credentials.json").exists()


async def test_a_refused_code_is_told(tmp_path: Path, place: OAuthPlace, web: WebServer) -> None:
    with pytest.raises(OAuthFailed, match="400 Bad Request: invalid_grant"):
        await log_in_at(place, TokenStore(str(tmp_path), "file"), {"code": "forged", "state": "STATE"})


async def test_where_there_is_no_login_there_is_none(tmp_path: Path) -> None:
    with web_server(lambda asked: Answer(404)) as web:
        async with http_client() as http:
            store = TokenStore(str(tmp_path), "file")
            with pytest.raises(OAuthFailed, match="does not support"):
                await log_in("oa", web.url, {}, (), store=store, http=http, show_address=print)


async def test_headers_of_a_server_go_to_no_other_place(tmp_path: Path, place: OAuthPlace, web: WebServer) -> None:
    store = TokenStore(str(tmp_path), "file")
    with web_server(place) as elsewhere:
        place.url = elsewhere.url  # where registration and tokens are
        browsing: list[asyncio.Task[tuple[int, bytes]]] = []

        def show(address: str) -> None:
            query = place.agree(address)
            visit = urlencode({"code": "the-code", "state": query["state"]})
            browsing.append(asyncio.create_task(go(f"{query['redirect_uri']}?{visit}")))

        headers = {"X-Secret": "s"}
        async with http_client() as http:
            await log_in("oa", f"{web.url}/mcp", headers, (), store=store, http=http, show_address=show)
        await asyncio.gather(*browsing)
    assert [asked.headers.get("x-secret") for asked in web.asked] == ["s"]
    assert [asked.path for asked in elsewhere.asked] == ["/register", "/token"]
    assert not any("x-secret" in asked.headers for asked in elsewhere.asked)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "https://x/\x1b]0;owned\x07"])
async def test_a_browser_is_not_sent_anywhere_but_to_the_web(tmp_path: Path, address: str) -> None:
    places = dict.fromkeys(("token_endpoint", "registration_endpoint"), "http://127.0.0.1:9/")
    with web_server(lambda asked: json_answer({"authorization_endpoint": address, **places})) as web:
        async with http_client() as http:
            store = TokenStore(str(tmp_path), "file")
            with pytest.raises(OAuthFailed, match="does not support"):
                await log_in("oa", web.url, {}, (), store=store, http=http, show_address=print)


async def test_a_stored_login_is_used_and_renewed_when_it_is_refused(
    tmp_path: Path, place: OAuthPlace, web: WebServer
) -> None:
    workspace, home = tmp_path / "w", tmp_path / "home"
    store = TokenStore(str(home), "file")
    await log_in_at(place, store, GOOD)
    place.tokens += 1  # the server does not know the first token any more
    servers = {"oa": {"url": f"{web.url}/mcp"}}
    settings: Json = {"mcp_servers": servers, "mcp_oauth_credentials_store": "file"}
    async with conversation(workspace, calls("echo", {}, "oa"), home=home, **settings) as talk:
        assert "xxx" in await ask_for(talk)
    used = [asked.headers["authorization"] for asked in web.asked if asked.path == "/mcp"]
    assert used[0] == "Bearer AT1"
    assert set(used[1:]) == {"Bearer AT3"}
    kept = store.load("oa", f"{web.url}/mcp")
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == ("AT3", "RT1")


async def test_a_login_that_cannot_be_renewed_asks_for_a_new_one(
    tmp_path: Path, place: OAuthPlace, web: WebServer
) -> None:
    home = tmp_path / "home"
    store = TokenStore(str(home), "file")
    await log_in_at(place, store, GOOD)
    place.tokens, place.refuses_refresh = 5, True
    settings: Json = {"mcp_servers": {"oa": {"url": f"{web.url}/mcp"}}, "mcp_oauth_credentials_store": "file"}
    async with conversation(tmp_path / "w", [says("hi")], home=home, **settings) as talk:
        told = await talk.user("go")
    assert told.one("error")["message"] == "The oa MCP server is not logged in. Run `octavo mcp login oa`."


TOKENS = StoredTokens(server_name="oa", server_url="http://127.0.0.1:18742/mcp", client_id="c", access_token="AT1")


def test_a_login_belongs_to_a_name_and_an_address() -> None:
    assert store_key("oa", "http://127.0.0.1:18742/mcp") == "oa|f6b9510c3fbe3cbe"


def test_a_login_is_kept_beside_others_and_forgotten_alone(tmp_path: Path) -> None:
    store = TokenStore(str(tmp_path), "file")
    other = StoredTokens(server_name="ob", server_url="http://x", client_id="c", access_token="AT2")
    store.save(TOKENS)
    store.save(other)
    assert store.load("oa", TOKENS.server_url) == TOKENS
    assert store.load("oa", "http://elsewhere") is None
    assert store.delete("oa", TOKENS.server_url)
    assert not store.delete("oa", TOKENS.server_url)
    assert store.load("ob", "http://x") == other
    assert "AT" not in repr(other)


def test_a_file_that_is_no_json_is_told(tmp_path: Path) -> None:
    store = TokenStore(str(tmp_path), "file")
    Path(store.path).write_text("{")
    with pytest.raises(OAuthFailed, match="failed to parse credentials file at "):
        store.load("oa", "http://x")


def test_auto_goes_to_the_file_without_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Chosen by hand: the variable counts for the first use in a process alone.
    monkeypatch.setattr("keyring.core._keyring_backend", FailingKeyring())  # type: ignore[no-untyped-call]
    auto, keyring = TokenStore(str(tmp_path), "auto"), TokenStore(str(tmp_path), "keyring")
    auto.save(TOKENS)
    assert auto.load("oa", TOKENS.server_url) == TOKENS
    with pytest.raises(OAuthFailed, match="failed to read OAuth tokens from keyring"):
        keyring.load("oa", TOKENS.server_url)
    with pytest.raises(OAuthFailed, match="failed to delete OAuth tokens from keyring"):
        auto.delete("oa", TOKENS.server_url)


class MemoryKeyring(KeyringBackend):
    """A keyring that works."""

    priority = 9.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_auto_moves_a_login_from_the_file_to_the_keyring(tmp_path: Path) -> None:
    before, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    try:
        TokenStore(str(tmp_path), "file").save(TOKENS)
        auto = TokenStore(str(tmp_path), "auto")
        auto.save(TOKENS)
        assert not Path(auto.path).exists()
        assert list(memory.entries) == [("Codex MCP Credentials", "oa|f6b9510c3fbe3cbe")]
        assert TokenStore(str(tmp_path), "keyring").load("oa", TOKENS.server_url) == TOKENS
        assert auto.delete("oa", TOKENS.server_url)
        assert not auto.delete("oa", TOKENS.server_url)
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("url", "places"),
    [
        (
            "https://x:1/a/b",
            [
                "https://x:1/.well-known/oauth-authorization-server/a/b",
                "https://x:1/a/b/.well-known/oauth-authorization-server",
                "https://x:1/.well-known/oauth-authorization-server",
            ],
        ),
        ("https://x/", ["https://x/.well-known/oauth-authorization-server"]),
    ],
)
def test_logins_are_looked_for_in_the_usual_places(url: str, places: list[str]) -> None:
    assert metadata_urls(url) == places


async def test_how_we_are_known_to_a_server(tmp_path: Path, place: OAuthPlace, web: WebServer) -> None:
    store = TokenStore(str(tmp_path), "file")

    async def status(name: str, url: str, variable: str | None = None) -> str:
        server = McpServer(HttpTransport(url, variable, None, None))
        async with http_client() as http:
            return await auth_status(name, server, store, http, {})

    assert await status("oa", f"{web.url}/mcp") == "not_logged_in"
    assert await status("oa", f"{web.url}/mcp", "UNSET") == "bearer_token"
    assert await status("oa", "http://127.0.0.1:9/") == "unsupported"
    await log_in_at(place, store, GOOD)
    assert await status("oa", f"{web.url}/mcp") == "o_auth"
    assert await status("renamed", f"{web.url}/mcp") == "not_logged_in"
    Path(store.path).write_text("{")
    assert await status("oa", f"{web.url}/mcp") == "unsupported"
