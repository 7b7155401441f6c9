"""The stored login: which kind it is, and whether that is one of ours. No secret is shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Any

import msgspec

from octavo.auth.storage import auth_file, load_login
from octavo.auth.tokens import AuthError, read_claims
from octavo.cli.doctor.finding import Finding, broken, ok, warning
from octavo.cli.visible import one_line

_KNOWN = ("OPENAI_API_KEY", "tokens", "last_refresh", "auth_mode")
_MODES = (None, "apikey", "chatgpt")


def check_stored_login(folder: str) -> Iterator[Finding]:
    """What `auth.json` holds."""
    path = auth_file(folder)
    if not os.path.lexists(path):
        yield ok("login", "no auth.json: nobody is logged in, or the login is in the keyring")
        return
    try:
        login = load_login(folder)
    except AuthError as error:
        yield broken("login", f"auth.json cannot be read: {one_line(str(error))}", "octavo login")
        return
    extra = _further(path)
    mode = extra.pop("auth_mode", None)
    if login is not None and login.api_key is not None:
        yield ok("login", "an API key carries over")
    elif login is not None and login.tokens is not None:
        yield ok("login", f"a ChatGPT login carries over{_plan(login.tokens.id_token)}")
    else:
        yield broken("login", "auth.json holds neither an API key nor a ChatGPT login", "octavo login")
    if mode not in _MODES:
        yield warning("login", f"a login of the kind {one_line(str(mode))} is not supported", "octavo login")
    if extra:
        named = ", ".join(one_line(name) for name in sorted(extra))
        yield warning("login", f"further ways to log in are not used: {named}", "nothing to do")
    if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
        yield warning("login", "others may read auth.json", "chmod 600 auth.json")


def _plan(id_token: str) -> str:
    try:
        plan = read_claims(id_token).plan
    except AuthError:
        return ""
    return f" (plan {one_line(plan)})" if plan else ""


def _further(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            stored = msgspec.json.decode(file.read(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    known = {"auth_mode": stored.get("auth_mode")}
    return known | {name: value for name, value in stored.items() if name not in _KNOWN and value is not None}
