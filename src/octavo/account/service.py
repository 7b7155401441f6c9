"""Requests to the account service: where it is, who asks, and how its failures are told."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from octavo.auth.current import CurrentLogin
from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.head import Header
from octavo.http.status import status_text
from octavo.http.wire import TransportError

T = TypeVar("T")

_VENDOR = ("https://chatgpt.com", "https://chat.openai.com")


class BackendError(OctavoError):
    """The account service did not answer as it should; the text tells address, status and body."""


class NoAccount(OctavoError):
    """There is no token to ask the account service with."""


def service_url(base_url: str, path: str) -> str:
    """The address of a resource; `path` begins with a slash.

    The vendor's own hosts serve below `/backend-api`, where paths begin with `/wham`;
    anywhere else they begin with `/api/codex`.
    """
    base = base_url.rstrip("/")
    if base.startswith(_VENDOR) and "/backend-api" not in base:
        base += "/backend-api"
    return base + ("/wham" if "/backend-api" in base else "/api/codex") + path


class AccountService(msgspec.Struct, frozen=True):
    """Where the service is and who asks it. `http` names nobody by itself: the service is told `user_agent` alone."""

    base_url: str
    user_agent: str
    auth: CurrentLogin
    http: HttpClient


async def get_json(service: AccountService, path: str, shape: type[T]) -> T:
    """What the service answers to a GET, in its type; never tried again. Raises `BackendError` and `NoAccount`."""
    return await _ask(service, "GET", path, None, shape)


async def post_json(service: AccountService, path: str, body: object, shape: type[T]) -> T:
    """The same for a POST of a value as JSON."""
    return await _ask(service, "POST", path, msgspec.json.encode(body), shape)


async def _ask(service: AccountService, method: str, path: str, sent: bytes | None, shape: type[T]) -> T:
    headers = await _headers(service)
    if sent is not None:
        headers.append((b"content-type", b"application/json"))
    url = service_url(service.base_url, path)
    try:
        answer = await service.http.request(method, url, headers, sent)
    except TransportError:
        raise BackendError(f"error sending request for url ({url})") from None
    content_type = next((value for name, value in answer.headers if name == b"content-type"), b"")
    body = answer.body.decode("utf-8", "replace")
    described = f"content-type={content_type.decode('utf-8', 'replace')}; body={body}"
    if not answer.is_success:
        raise BackendError(f"{method} {url} failed: {status_text(answer.status)}; {described}")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackendError(f"Decode error for {url}: {error}; {described}") from None


async def _headers(service: AccountService) -> list[Header]:
    try:
        tokens = await service.auth.token_data()
    except OctavoError as error:
        raise NoAccount(str(error)) from None
    headers = [
        (b"authorization", b"Bearer " + tokens.access_token.encode()),
        (b"user-agent", service.user_agent.encode()),
    ]
    if tokens.account_id is not None:
        headers.append((b"chatgpt-account-id", tokens.account_id.encode()))
    return headers
