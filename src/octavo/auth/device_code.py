"""Login with a code that is typed on another device (`docs/login.md`).

For machines without a browser. No API key is asked for here: the tokens are the login.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from octavo.auth.login_exchange import LoginFailed, check_workspace, exchange_code, store_login
from octavo.auth.login_flow import LoginSettings
from octavo.auth.tokens import AuthError
from octavo.http.client import HttpAnswer, HttpClient
from octavo.http.status import status_text
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError

VERIFICATION_URL = "https://auth.openai.com/codex/device"
_JSON = [(b"content-type", b"application/json")]
_LIMIT_SECONDS = 15 * 60.0

T = TypeVar("T")


class DeviceCode(msgspec.Struct, frozen=True):
    """What the user types (`user_code`), and what we ask with. `interval` is in seconds."""

    device_auth_id: str
    user_code: str
    interval: float

    def __repr__(self) -> str:
        return "DeviceCode()"


class _Asked(msgspec.Struct):
    client_id: str


class _Answered(msgspec.Struct):
    device_auth_id: str
    user_code: str | None = None
    usercode: str | None = None
    interval: str = "0"


class _Poll(msgspec.Struct):
    device_auth_id: str
    user_code: str


class _Confirmed(msgspec.Struct):
    authorization_code: str
    code_challenge: str
    code_verifier: str


async def request_device_code(http: HttpClient, settings: LoginSettings) -> DeviceCode:
    """Ask for a code. Raises `LoginFailed`."""
    url = f"{settings.issuer_url}/api/accounts/deviceauth/usercode"
    answer = await _post(http, url, _Asked(settings.client_id))
    if answer.status == 404:
        raise LoginFailed(
            "this server does not offer logins by device code; use `octavo login`, or check the address of the server"
        )
    if not answer.is_success:
        raise LoginFailed(f"device code request failed with status {status_text(answer.status)}")
    answered = _decode(answer, _Answered)
    code = answered.user_code if answered.user_code is not None else answered.usercode
    if code is None:
        raise LoginFailed("device code request was answered without a code")
    if not answered.interval.strip().isascii() or not answered.interval.strip().isdigit():
        raise LoginFailed("device code request was answered with an interval that is no number of seconds")
    return DeviceCode(answered.device_auth_id, code, float(answered.interval.strip()))


async def finish_device_login(
    http: HttpClient,
    settings: LoginSettings,
    code: DeviceCode,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Wait for the user, at most fifteen minutes, and store the login. Raises `LoginFailed`."""
    confirmed = await _confirmation(http, settings, code, monotonic, sleep)
    redirect = f"{settings.issuer_url}/deviceauth/callback"
    try:
        granted = await exchange_code(http, settings, confirmed.authorization_code, redirect, confirmed.code_verifier)
    except AuthError as error:
        raise LoginFailed(f"device code exchange failed: {error}") from None
    check_workspace(settings, granted.claims)
    store_login(settings, granted, None)


async def _confirmation(
    http: HttpClient,
    settings: LoginSettings,
    code: DeviceCode,
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> _Confirmed:
    url = f"{settings.issuer_url}/api/accounts/deviceauth/token"
    body = _Poll(code.device_auth_id, code.user_code)
    end = monotonic() + _LIMIT_SECONDS
    while True:
        answer = await _post(http, url, body)
        if answer.is_success:
            return _decode(answer, _Confirmed)
        if answer.status not in (403, 404):
            raise LoginFailed(f"device auth failed with status {status_text(answer.status)}")
        left = end - monotonic()
        if left <= 0:
            raise LoginFailed("device auth timed out after 15 minutes")
        await sleep(min(code.interval, left))


async def _post(http: HttpClient, url: str, body: object) -> HttpAnswer:
    try:
        return await http.request("POST", url, _JSON, msgspec.json.encode(body))
    except (TransportError, InvalidUrl) as error:
        raise LoginFailed(str(error)) from None


def _decode(answer: HttpAnswer, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=wanted)
    except msgspec.DecodeError as error:
        raise LoginFailed(f"the login server gave an answer of another form: {error}") from None
