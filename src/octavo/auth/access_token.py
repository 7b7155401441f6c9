"""A login by an access token alone, as programs hand it on (`docs/login.md`, "By access token")."""

from __future__ import annotations

from octavo.auth.storage import StoredLogin, now_as_text
from octavo.auth.tokens import AuthError, Tokens, jwt_payload, read_claims

NOT_OURS = "this is no access token of ChatGPT, which is three parts with dots between them; nothing was stored"


def login_with_token(token: str, workspace: str | None, unix_nanoseconds: int) -> StoredLogin:
    """The login to store. Raises `AuthError` for a token that is of no use, or not of the `workspace` that has to be.

    The token also stands where the identity token does: it says the same about the account.
    """
    if any(character.isspace() or not character.isprintable() for character in token):
        raise AuthError(NOT_OURS)
    try:
        claims, payload = read_claims(token), jwt_payload(token)
    except AuthError:
        raise AuthError(NOT_OURS) from None
    if claims.account_id is None:
        raise AuthError("the token names no account of ChatGPT; nothing was stored")
    if workspace is not None and claims.account_id != workspace:
        raise AuthError(f"the token is not of the workspace {workspace}; nothing was stored")
    expires = payload.get("exp")
    if isinstance(expires, int | float) and expires * 1e9 <= unix_nanoseconds:
        raise AuthError("the token has expired; nothing was stored")
    return StoredLogin(tokens=Tokens(token, token, "", claims.account_id), last_refresh=now_as_text(unix_nanoseconds))
