"""What a login in the browser asks for: secrets of one attempt, and the address to open (`docs/login.md`)."""

from __future__ import annotations

import base64
import hashlib
import os
from urllib.parse import quote

import msgspec

from octavo.auth.refresh import CLIENT_ID
from octavo.auth.storage import CredentialsStore

DEFAULT_ISSUER = "https://auth.openai.com"
DEFAULT_PORT = 1455
_SCOPE = "openid profile email offline_access"


class LoginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where a login comes from and where it goes.

    `workspace` is the only workspace that may log in, None for any. `port` 0 takes a
    free one. A slash at the end of `issuer` does not count.
    """

    codex_home: str
    store: CredentialsStore = "file"
    workspace: str | None = None
    originator: str = "codex_cli_rs"
    issuer: str = DEFAULT_ISSUER
    client_id: str = CLIENT_ID
    port: int = DEFAULT_PORT

    @property
    def issuer_url(self) -> str:
        """The issuer, ready for a path behind it."""
        return self.issuer.rstrip("/")


class LoginSecrets(msgspec.Struct, frozen=True):
    """What only this attempt knows: the verifier proves who asked, the state ties the answer to the question."""

    verifier: str
    state: str

    @property
    def challenge(self) -> str:
        """What the login server may know of the verifier beforehand."""
        return _base64url(hashlib.sha256(self.verifier.encode("ascii")).digest())

    def __repr__(self) -> str:
        return "LoginSecrets()"


def fresh_secrets() -> LoginSecrets:
    """Secrets for one attempt."""
    return LoginSecrets(_base64url(os.urandom(64)), _base64url(os.urandom(32)))


def redirect_uri(port: int) -> str:
    """Where the login server sends the browser back to."""
    return f"http://localhost:{port}/auth/callback"


def authorize_url(settings: LoginSettings, secrets: LoginSecrets, port: int) -> str:
    """The address that the user opens."""
    fields = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri(port),
        "scope": _SCOPE,
        "code_challenge": secrets.challenge,
        "code_challenge_method": "S256",
        "id_token_add_organizations": "true",
        "codex_cli_simplified_flow": "true",
        "state": secrets.state,
        "originator": settings.originator,
    }
    if settings.workspace is not None:
        fields["allowed_workspace_id"] = settings.workspace
    return f"{settings.issuer_url}/oauth/authorize?{form(fields)}"


def form(fields: dict[str, str]) -> str:
    """Names and values for an address or a form body; a space is `%20`."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
