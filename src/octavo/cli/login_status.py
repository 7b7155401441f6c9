"""`octavo login status` and `octavo logout` (`docs/login.md`). Scripts call them often: little is imported here."""

from __future__ import annotations

import sys

from octavo.auth.storage import delete_login, load_login
from octavo.auth.tokens import AuthError
from octavo.cli import start
from octavo.cli.words.invocation import Invocation
from octavo.config.load import ConfigFlags

_KEPT_AT_START, _KEPT_AT_END = 8, 5


def status(invocation: Invocation) -> int:
    """Tell the kind of the stored login; keys in the environment do not count."""
    config = start.load(start.overrides(invocation, start.LOGIN), ConfigFlags(), start.LOGIN)
    try:
        login = load_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError as error:
        return _say(f"Error checking login status: {error}", 1)
    if login is None:
        return _say("Not logged in", 1)
    if login.api_key is None:
        return _say("Logged in using ChatGPT", 0)
    return _say(f"Logged in using an API key - {masked(login.api_key)}", 0)


def logout(invocation: Invocation) -> int:
    """Forget the login of this machine; servers are not asked."""
    config = start.load(start.overrides(invocation, start.LOGIN), ConfigFlags(), start.LOGIN)
    try:
        was_logged_in = delete_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError as error:
        return _say(f"Error logging out: {error}", 1)
    return _say("Successfully logged out" if was_logged_in else "Not logged in", 0)


def masked(key: str) -> str:
    """A key that can be recognised and not used: its first eight and last five bytes, or nothing of a short one."""
    data = key.encode("utf-8", "replace")
    if len(data) <= _KEPT_AT_START + _KEPT_AT_END:
        return "***"
    first, last = data[:_KEPT_AT_START], data[-_KEPT_AT_END:]
    return f"{first.decode('utf-8', 'ignore')}***{last.decode('utf-8', 'ignore')}"


def _say(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code
