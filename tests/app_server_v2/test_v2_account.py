"""Who is logged in, for clients of today."""

from __future__ import annotations

import json

from app_server_place import Place
from threads_client import client


def test_a_key_is_stored_told_and_forgotten(place: Place) -> None:
    me = client(place)
    assert me.server.result("account/read", {}) == {"account": None, "requiresOpenaiAuth": True}
    assert me.server.result("account/login/start", {"type": "apiKey", "apiKey": "sk-1"}) == {"type": "apiKey"}
    completed = me.server.notification("account/login/completed")
    assert completed == {"success": True, "loginId": None, "error": None}
    assert me.server.notification("account/updated")["authMode"] == "apikey"
    assert json.loads((place.home / "auth.json").read_text())["OPENAI_API_KEY"] == "sk-1"
    assert me.server.result("account/read", {})["account"] == {"type": "apiKey"}
    assert me.server.result("account/logout") == {}
    assert not (place.home / "auth.json").exists()
    assert me.server.result("account/read", {"refreshToken": False})["account"] is None


def test_a_login_in_the_browser_can_be_given_up(place: Place) -> None:
    me = client(place)
    begun = me.server.result("account/login/start", {"type": "chatgpt", "extra": 1})
    assert begun["authUrl"].startswith("https://")
    assert me.server.result("account/login/cancel", {"loginId": begun["loginId"]}) == {"status": "canceled"}
    completed = me.server.notification("account/login/completed")
    assert (completed["loginId"], completed["success"]) == (begun["loginId"], False)
    assert me.server.result("account/login/cancel", {"loginId": begun["loginId"]}) == {"status": "notFound"}


def test_limits_need_a_login(place: Place) -> None:
    answer = client(place).server.error("account/rateLimits/read")
    assert answer == (-32600, "codex account authentication required to read rate limits")


def test_other_kinds_of_login_are_refused(place: Place) -> None:
    assert client(place).server.error("account/login/start", {"type": "chatgptAuthTokens"})[0] == -32600


def test_no_account_counts_where_the_provider_needs_none(place: Place) -> None:
    place.model()
    assert client(place).server.result("account/read", {}) == {"account": None, "requiresOpenaiAuth": False}
