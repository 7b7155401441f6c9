"""Logging in with a code that is typed on another device."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_issuer import FakeIssuer
from login_place import stored

from octavo.auth.device_code import finish_device_login, request_device_code
from octavo.auth.login_exchange import LoginFailed
from octavo.auth.login_flow import LoginSettings
from octavo.http.client import HttpClient


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def log_in(home: Path, issuer_url: str, clock: Clock, workspace: str | None = None) -> str:
    settings = LoginSettings(codex_home=str(home), issuer=issuer_url, client_id="client-1", workspace=workspace)
    http = HttpClient(None, {})
    try:
        code = await request_device_code(http, settings)
        await finish_device_login(http, settings, code, monotonic=clock.monotonic, sleep=clock.sleep)
    finally:
        await http.aclose()
    return code.user_code


@pytest.mark.parametrize("spelled", [str, lambda url: url + "/"])
async def test_a_code_login_asks_waits_and_stores_tokens_alone(
    tmp_path: Path, issuer: FakeIssuer, spelled: Callable[[str], str]
) -> None:
    assert await log_in(tmp_path, spelled(issuer.url), Clock()) == "ABCD-1234"
    ask, poll, exchange = issuer.asked
    assert (ask.path, ask.json) == ("/api/accounts/deviceauth/usercode", {"client_id": "client-1"})
    assert poll.path == "/api/accounts/deviceauth/token"
    assert poll.json == {"device_auth_id": "device-1", "user_code": "ABCD-1234"}
    assert dict(exchange.form) == {
        "grant_type": "authorization_code",
        "code": "code-d",
        "redirect_uri": f"{issuer.url}/deviceauth/callback",
        "client_id": "client-1",
        "code_verifier": "verifier-d",
    }
    assert stored(tmp_path)["OPENAI_API_KEY"] is None
    assert stored(tmp_path)["tokens"]["account_id"] == "ws-1"


async def test_until_the_user_confirms_it_asks_again_after_the_interval(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.code_answers[0]["interval"] = "5"
    issuer.poll_answers[:0] = [403, 404]
    clock = Clock()
    await log_in(tmp_path, issuer.url, clock)
    assert clock.slept == [5, 5]


async def test_it_gives_up_after_fifteen_minutes(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.code_answers[0]["interval"] = "400"
    issuer.poll_answers[:] = [403]
    clock = Clock()
    with pytest.raises(LoginFailed, match="device auth timed out after 15 minutes"):
        await log_in(tmp_path, issuer.url, clock)
    assert clock.slept == [400, 400, 100]


@pytest.mark.parametrize(
    ("part", "answers", "message"),
    [
        ("code", [404], "does not offer logins by device code"),
        ("code", [503], "device code request failed with status 503 Service Unavailable"),
        ("code", [{"device_auth_id": "d", "user_code": "u", "interval": 5}], "another form"),
        ("poll", [500], "device auth failed with status 500 Internal Server Error"),
        ("token", [400], "device code exchange failed: token endpoint returned status 400 Bad Request"),
    ],
)
async def test_what_goes_wrong_is_told(
    tmp_path: Path, issuer: FakeIssuer, part: str, answers: list[object], message: str
) -> None:
    getattr(issuer, f"{part}_answers")[:] = answers
    with pytest.raises(LoginFailed, match=message):
        await log_in(tmp_path, issuer.url, Clock())
    assert not (tmp_path / "auth.json").exists()


async def test_the_other_spelling_of_the_code_and_no_interval_will_do(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.code_answers[:] = [{"device_auth_id": "device-1", "usercode": "EFGH"}]
    assert await log_in(tmp_path, issuer.url, Clock()) == "EFGH"


async def test_a_code_login_minds_the_workspace(tmp_path: Path, issuer: FakeIssuer) -> None:
    with pytest.raises(LoginFailed, match=r"Login is restricted to workspace id ws-2\."):
        await log_in(tmp_path, issuer.url, Clock(), workspace="ws-2")
