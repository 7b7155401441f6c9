"""Login data: the stored tokens, and what an identity token says (`docs/models.md`).

Signatures are not checked: the tokens come from the login server over TLS or from
the user's own file, and nothing is granted here because of what they say.
"""

# No `from __future__ import annotations` here: a start reads the login, and annotations would be compiled from text.

import base64
import binascii
from typing import Any

import msgspec

from octavo.errors import OctavoError

_CLAIMS = "https://api.openai.com/auth"


class AuthError(OctavoError):
    """The login cannot be used."""


class Tokens(msgspec.Struct, frozen=True):
    """The tokens of a ChatGPT login. `id_token` is kept as it came; `account_id` is the workspace."""

    id_token: str
    access_token: str
    refresh_token: str
    account_id: str | None = None

    def __repr__(self) -> str:
        return f"Tokens(account_id={self.account_id!r})"


class IdClaims(msgspec.Struct, frozen=True):
    """What an identity token tells; every claim may be missing."""

    email: str | None = None
    plan: str | None = None
    account_id: str | None = None
    organization_id: str | None = None
    project_id: str | None = None
    completed_platform_onboarding: bool = False
    is_org_owner: bool = False


def read_claims(token: str) -> IdClaims:
    """The claims of a JWT. Raises `AuthError` if it is none."""
    payload = jwt_payload(token)
    ours = payload.get(_CLAIMS)
    claims = ours if isinstance(ours, dict) else {}
    return IdClaims(
        _text(payload.get("email")),
        _text(claims.get("chatgpt_plan_type")),
        _text(claims.get("chatgpt_account_id")),
        _text(claims.get("organization_id")),
        _text(claims.get("project_id")),
        claims.get("completed_platform_onboarding") is True,
        claims.get("is_org_owner") is True,
    )


def jwt_payload(token: str) -> dict[str, Any]:
    """The middle part of a JWT. Raises `AuthError` for anything else."""
    parts = token.split(".")
    if len(parts) < 3 or not all(parts[:3]):
        raise AuthError("invalid ID token format")
    try:
        middle = base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(middle, type=dict[str, Any])
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise AuthError(f"invalid ID token format: {error}") from None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
