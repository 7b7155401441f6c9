"""From the code that a login yields to a stored login (`docs/login.md`).

The client that asks is a plain one, without our identity. No token shows in an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import msgspec

from octavo.auth.login_flow import DEFAULT_ISSUER, LoginSettings, form
from octavo.auth.storage import StoredLogin, now_as_text, save_login
from octavo.auth.tokens import AuthError, IdClaims, Tokens, jwt_payload, read_claims
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError

T = TypeVar("T")

_FORM = [(b"content-type", b"application/x-www-form-urlencoded")]
_CLAIMS = "https://api.openai.com/auth"

PLATFORM = "https://platform.openai.com"
PLATFORM_OF_OTHER_ISSUERS = "https://platform.api.openai.org"


class LoginFailed(AuthError):
    """The login did not come about."""


class WorkspaceRefused(LoginFailed):
    """The login belongs to another workspace than the configuration demands."""


class Granted(msgspec.Struct, frozen=True):
    """The tokens that a code was exchanged for."""

    id_token: str
    access_token: str
    refresh_token: str

    @property
    def claims(self) -> IdClaims:
        """What the identity token says. Raises `AuthError` if it is none."""
        return read_claims(self.id_token)

    def __repr__(self) -> str:
        return "Granted()"


class _ApiKeyAnswer(msgspec.Struct):
    access_token: str


async def exchange_code(http: HttpClient, settings: LoginSettings, code: str, redirect: str, verifier: str) -> Granted:
    """Spend the code. Raises `LoginFailed` with the reason."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": settings.client_id,
        "code_verifier": verifier,
    }
    granted = await _ask(http, settings, fields, Granted)
    _ = granted.claims
    return granted


async def exchange_for_api_key(http: HttpClient, settings: LoginSettings, id_token: str) -> str | None:
    """An API key for the account; None where the server gives none, which is no failure."""
    fields = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": settings.client_id,
        "requested_token": "openai-api-key",
        "subject_token": id_token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    }
    try:
        return (await _ask(http, settings, fields, _ApiKeyAnswer)).access_token
    except LoginFailed:
        return None


def check_workspace(settings: LoginSettings, claims: IdClaims) -> None:
    """Pass if this login may be used here. Raises `WorkspaceRefused`."""
    if settings.workspace is None or claims.account_id == settings.workspace:
        return
    if claims.account_id is None:
        _refuse("Login is restricted to a workspace, but the token has no chatgpt_account_id claim.")
    _refuse(f"Login is restricted to workspace id {settings.workspace}.")


def store_login(
    settings: LoginSettings, granted: Granted, api_key: str | None, clock: Callable[[], int] = time.time_ns
) -> None:
    """Save the login in place of any other. Raises `AuthError`."""
    tokens = Tokens(granted.id_token, granted.access_token, granted.refresh_token, granted.claims.account_id)
    save_login(settings.codex_home, StoredLogin(api_key, tokens, now_as_text(clock())), settings.store)


def success_query(settings: LoginSettings, granted: Granted) -> str:
    """What the page after the login is told."""
    claims = granted.claims
    needs_setup = claims.is_org_owner and not claims.completed_platform_onboarding
    platform = PLATFORM if settings.issuer_url == DEFAULT_ISSUER else PLATFORM_OF_OTHER_ISSUERS
    return form(
        {
            "id_token": granted.id_token,
            "needs_setup": "true" if needs_setup else "false",
            "org_id": claims.organization_id or "",
            "project_id": claims.project_id or "",
            "plan_type": _plan_type(granted.access_token),
            "platform_url": platform,
        }
    )


async def _ask(http: HttpClient, settings: LoginSettings, fields: dict[str, str], answer: type[T]) -> T:
    try:
        reply = await http.request("POST", f"{settings.issuer_url}/oauth/token", _FORM, form(fields).encode("ascii"))
    except (TransportError, InvalidUrl) as error:
        raise LoginFailed(str(error)) from None
    if not reply.is_success:
        raise LoginFailed(f"token endpoint returned status {status_text(reply.status)}")
    try:
        return msgspec.json.decode(reply.body, type=answer)
    except msgspec.DecodeError as error:
        raise LoginFailed(f"token endpoint gave an answer of another form: {error}") from None


def _plan_type(access_token: str) -> str:
    try:
        claims: Any = jwt_payload(access_token).get(_CLAIMS)
    except AuthError:
        return ""
    plan = claims.get("chatgpt_plan_type") if isinstance(claims, dict) else None
    return plan if isinstance(plan, str) else ""


def _refuse(reason: str) -> NoReturn:
    raise WorkspaceRefused(reason)
