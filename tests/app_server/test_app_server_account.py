"""Logins, and what the account service tells."""

from __future__ import annotations

import base64
import fcntl
import json
import re
import stat
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server_client import CLIENT
from app_server_place import Place, provider
from model_server import Reply, json_reply

CLAIMS = {
    "email": "user@example.com",
    "https://api.openai.com/auth": {"chatgpt_account_id": "acc", "chatgpt_plan_type": "pro"},
}
NOBODY = {"authMethod": None, "authToken": None, "requiresOpenaiAuth": True}


@pytest.fixture
def login_port() -> Iterator[None]:
    """The one port of browser logins, for one test at a time, whichever process it runs in."""
    with open(Path(tempfile.gettempdir()) / "octavo-login-port.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def jwt(claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({})}.{part(claims)}.c2ln"


def chatgpt_login(**changed: Any) -> str:
    tokens = {"id_token": jwt(CLAIMS), "access_token": "at", "refresh_token": "rt", "account_id": "acc", **changed}
    return json.dumps({"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2999-01-01T00:00:00Z"})


def usage(**windows: Any) -> Reply:
    return json_reply({"plan_type": "pro", "rate_limit": {"allowed": True, "limit_reached": False, **windows}})


def window(seconds: int, used: int = 42) -> dict[str, int]:
    return {
        "used_percent": used,
        "limit_window_seconds": seconds,
        "reset_after_seconds": 5,
        "reset_at": 1700000000,
    }


def test_a_key_is_stored_and_told(place: Place) -> None:
    server = place.server(env={"OPENAI_API_KEY": "sk-env", "CODEX_API_KEY": "sk-env"})
    assert server.result("getAuthStatus", {"includeToken": True}) == NOBODY
    assert server.result("loginApiKey", {"apiKey": "sk-mine"}) == {}
    assert server.notification("authStatusChange") == {"authMethod": "apikey"}
    assert server.methods()[-2:] == ["answer", "authStatusChange"]
    file = place.home / "auth.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["OPENAI_API_KEY"] == "sk-mine"
    status = {"authMethod": "apikey", "authToken": "sk-mine", "requiresOpenaiAuth": True}
    assert server.result("getAuthStatus", {"includeToken": True, "refreshToken": True}) == status
    assert server.result("getAuthStatus", {}) == {**status, "authToken": None}
    assert server.result("userInfo") == {"allegedUserEmail": None}
    assert server.result("logoutChatGpt") == {}
    assert server.wait_for(lambda m: m.get("params") == {"authMethod": None})["method"] == "authStatusChange"
    assert not file.exists()
    assert server.result("logoutChatGpt") == {}


def test_an_empty_key_is_stored_and_counts_for_nothing(place: Place) -> None:
    server = place.server()
    assert server.result("loginApiKey", {"apiKey": ""}) == {}
    assert server.result("getAuthStatus", {"includeToken": True}) == NOBODY


def test_a_provider_of_ones_own_needs_no_login(place: Place) -> None:
    (place.home / "auth.json").write_text('{"OPENAI_API_KEY":"sk-x"}')
    place.configure(f'model_provider = "mock"\n{provider("mock", place.service())}')
    status = place.server().result("getAuthStatus", {"includeToken": True})
    assert status == {"authMethod": None, "authToken": None, "requiresOpenaiAuth": False}


def test_a_chatgpt_login_shows_its_address(place: Place) -> None:
    (place.home / "auth.json").write_text(chatgpt_login())
    server = place.server()
    status = {"authMethod": "chatgpt", "authToken": "at", "requiresOpenaiAuth": True}
    assert server.result("getAuthStatus", {"includeToken": True}) == status
    assert server.result("userInfo") == {"allegedUserEmail": "user@example.com"}


def test_a_refresh_that_fails_does_not_hide_the_status(place: Place) -> None:
    (place.home / "auth.json").write_text(chatgpt_login())
    refuses, grants = place.service(Reply(400)), place.service(json_reply({"access_token": "at2"}))
    for service, token in ((refuses, "at"), (grants, "at2")):
        server = place.server(env={"CODEX_REFRESH_TOKEN_URL_OVERRIDE": service.url})
        status = server.result("getAuthStatus", {"includeToken": True, "refreshToken": True})
        assert status["authToken"] == token
        assert len(service.seen) == 1


@pytest.mark.parametrize(
    ("forced", "method", "params", "text"),
    [
        ("chatgpt", "loginApiKey", {"apiKey": "x"}, "API key login is disabled. Use ChatGPT login instead."),
        ("api", "loginChatGpt", None, "ChatGPT login is disabled. Use API key login instead."),
    ],
)
def test_a_forced_way_to_log_in_excludes_the_other(
    place: Place, forced: str, method: str, params: Any, text: str
) -> None:
    place.configure(f'forced_login_method = "{forced}"\n')
    assert place.server().error(method, params) == (-32600, text)


def test_a_login_that_cannot_be_saved_is_explained(place: Place) -> None:
    (place.home / "auth.json").mkdir()
    code, text = place.server().error("loginApiKey", {"apiKey": "x"})
    assert (code, text.startswith("failed to save api key: ")) == (-32603, True)
    code, text = place.server().error("logoutChatGpt")
    assert (code, text.startswith("logout failed: ")) == (-32603, True)


@pytest.mark.usefixtures("login_port")
def test_a_newer_browser_login_ends_the_older(place: Place) -> None:
    place.configure('forced_chatgpt_workspace_id = "ws-1"\n')
    server = place.server()
    first = server.result("loginChatGpt")
    assert first["authUrl"].startswith("https://auth.openai.com/oauth/authorize?response_type=code&client_id=")
    assert first["authUrl"].endswith("&originator=codex_cli_rs&allowed_workspace_id=ws-1")
    second = server.result("loginChatGpt")
    assert server.wait_for(lambda m: m.get("method") == "loginChatGptComplete")["params"] == {
        "loginId": first["loginId"],
        "success": False,
        "error": "Login server error: Login cancelled",
    }
    said = server.error("cancelLoginChatGpt", {"loginId": first["loginId"]})
    assert said == (-32600, f"login id not found: {first['loginId']}")
    assert server.result("cancelLoginChatGpt", {"loginId": second["loginId"].upper()}) == {}
    server.wait_for(lambda m: m.get("method") == "loginChatGptComplete", 2)
    assert server.messages[-1]["params"] == {
        "loginId": second["loginId"],
        "success": False,
        "error": "Login server error: Login was not completed",
    }
    third = server.result("loginChatGpt")
    assert server.result("loginApiKey", {"apiKey": "k"}) == {}
    ended = server.wait_for(lambda m: m.get("method") == "loginChatGptComplete", 3)["params"]
    assert (ended["loginId"], ended["success"]) == (third["loginId"], False)


@pytest.mark.usefixtures("login_port")
def test_a_browser_login_is_told_when_the_browser_is_done(place: Place) -> None:
    (place.home / "auth.json").write_text(chatgpt_login())
    server = place.server()
    login = server.result("loginChatGpt")
    with urllib.request.urlopen("http://127.0.0.1:1455/success") as page:
        assert page.status == 200
    complete = server.notification("loginChatGptComplete")
    assert complete == {"loginId": login["loginId"], "success": True, "error": None}
    assert server.notification("authStatusChange") == {"authMethod": "chatgpt"}
    methods = server.methods()
    assert methods.index("loginChatGptComplete") < methods.index("authStatusChange")
    # The port is free for the next login at once.
    server.result("loginChatGpt")
    assert server.end() == 0


def test_limits_need_a_chatgpt_login(place: Place) -> None:
    server = place.server(env={"CODEX_API_KEY": "sk-env"})
    said = server.error("account/rateLimits/read")
    assert said == (-32600, "codex account authentication required to read rate limits")
    server.result("loginApiKey", {"apiKey": "sk"})
    said = server.error("account/rateLimits/read")
    assert said == (-32600, "chatgpt authentication required to read rate limits")


def test_limits_are_read_from_the_account_service(place: Place) -> None:
    service = place.service(usage(primary_window=window(3601), secondary_window=window(0, 100)))
    place.configure(f'chatgpt_base_url = "{service.url}/"\n')
    (place.home / "auth.json").write_text(chatgpt_login())
    server = place.server()
    assert server.result("account/rateLimits/read") == {
        "rateLimits": {
            "primary": {"used_percent": 42.0, "window_minutes": 61, "resets_at": 1700000000},
            "secondary": {"used_percent": 100.0, "window_minutes": None, "resets_at": 1700000000},
        }
    }
    assert b'"used_percent":42.0' in server.raw_lines[-1]
    (seen,) = service.seen
    assert (seen.method, seen.target) == ("GET", "/api/codex/usage")
    assert seen.header("authorization") == b"Bearer at"
    assert seen.header("chatgpt-account-id") == b"acc"
    assert seen.header("user-agent").endswith(b" (test; 1.0)")  # type: ignore[union-attr]


def test_the_vendors_address_has_other_paths(place: Place) -> None:
    service = place.service(json_reply({"plan_type": "free"}))
    place.configure(f'chatgpt_base_url = "{service.url}/backend-api/"\n')
    (place.home / "auth.json").write_text(chatgpt_login(account_id=None))
    server = place.server()
    assert server.result("account/rateLimits/read") == {"rateLimits": {"primary": None, "secondary": None}}
    assert service.seen[0].target == "/backend-api/wham/usage"
    assert service.seen[0].header("chatgpt-account-id") is None


def test_failures_of_the_account_service_are_told_whole(place: Place) -> None:
    refused = Reply(401, [("content-type", "text/plain")], [b"who are you"], length="exact")
    odd = json_reply(
        {"plan_type": "pro", "rate_limit": {"allowed": True}}, headers=[("content-type", "application/json")]
    )
    service = place.service(refused, odd)
    place.configure(f'chatgpt_base_url = "{service.url}"\n')
    (place.home / "auth.json").write_text(chatgpt_login())
    server = place.server()
    url = f"{service.url}/api/codex/usage"
    start = "failed to fetch codex rate limits: "
    assert server.error("account/rateLimits/read") == (
        -32603,
        f"{start}GET {url} failed: 401 Unauthorized; content-type=text/plain; body=who are you",
    )
    code, text = server.error("account/rateLimits/read")
    assert code == -32603
    assert re.fullmatch(
        f"{re.escape(start)}Decode error for {re.escape(url)}: .*; content-type=application/json; body=.*", text
    )
    assert len(service.seen) == 2


def test_a_service_that_is_not_there_is_told(place: Place) -> None:
    place.configure('chatgpt_base_url = "http://127.0.0.1:9"\n')
    (place.home / "auth.json").write_text(chatgpt_login())
    url = "http://127.0.0.1:9/api/codex/usage"
    text = f"failed to fetch codex rate limits: error sending request for url ({url})"
    assert place.server().error("account/rateLimits/read") == (-32603, text)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("account/login", {"type": "chatgpt"}),
        ("account/login", {"type": "apiKey", "apiKey": "k"}),
        ("account/logout", None),
        ("account/read", {}),
    ],
)
def test_words_of_later_clients_are_known_and_not_served(shared: Any, method: str, params: Any) -> None:
    assert shared.error(method, params) == (-32603, f"{method} is not implemented yet")


def test_no_answer_to_a_client_that_has_not_introduced_itself(place: Place) -> None:
    server = place.server(initialize=False)
    assert server.error("loginApiKey", {"apiKey": "k"}) == (-32600, "Not initialized")
    assert not (place.home / "auth.json").exists()
    server.result("initialize", CLIENT)
