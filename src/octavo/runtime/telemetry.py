"""Telemetry at the assembly: what `[otel]` names, told about the login and the terminal of this process."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.runtime.remote import Remote
from octavo.telemetry.attach import Attached, attach
from octavo.telemetry.common import Login
from octavo.telemetry.exporters.target import packages_are_missing


def attached_to(config: Config, remote: Remote) -> Attached | None:
    """Exporters at work; None where the packages are missing. Raises `CannotExport`."""
    if packages_are_missing(config.otel):
        return None
    return attach(config, remote.identity.terminal, lambda: _login(remote))


def _login(remote: Remote) -> Login:
    auth = remote.auth.auth
    if auth is None:
        return Login()
    return Login("ApiKey" if auth.mode == "apikey" else "ChatGPT", auth.account_id, auth.claims.email)
