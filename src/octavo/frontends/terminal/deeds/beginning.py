"""Signing in and out, trust, and newer versions."""

from __future__ import annotations

import time
from collections.abc import Callable

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.beginning import (
    AnswerTrust,
    CancelSignIn,
    DismissUpdate,
    LogOut,
    RunUpdate,
    SaveKey,
    SignIn,
)
from octavo.frontends.terminal.interface import Interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.views.sign_in import SignInStep


def sign_in(here: Interface, _: SignIn) -> None:
    """Log in with the browser."""
    from octavo.frontends.terminal.actions.sign_in import browser_login

    def shown(url: str) -> None:
        here.browser(url)
        _tell_step(here, lambda step: step.waits_at(url))

    async def log_in() -> None:
        try:
            await browser_login(here.config, here.runtime.remote.nameless_http, shown)
        except OctavoError as error:
            reason = str(error)
            _tell_step(here, lambda step: step.failed(reason))
            return
        _signed_in(here)

    here.sign_in = here.start(log_in())


def cancel_sign_in(here: Interface, _: CancelSignIn) -> None:
    """Give that up."""
    if here.sign_in is not None:
        here.sign_in.cancel()


def save_key(here: Interface, effect: SaveKey) -> None:
    """Store an API key as the login."""
    from octavo.frontends.terminal.actions.sign_in import save_key

    try:
        save_key(here.config, effect.key)
    except OctavoError as error:
        reason = f"The key could not be saved: {error}"
        _tell_step(here, lambda step: step.failed(reason))
        return
    _signed_in(here)


def answer_trust(here: Interface, effect: AnswerTrust) -> None:
    """Record that the folder is trusted."""
    if not effect.trusted:
        return
    from octavo.config.edit import trust_project
    from octavo.config.trust import trust_target

    try:
        trust_project(here.config.codex_home, trust_target(here.config.cwd, here.config.environ))
        here.reload()
    except OctavoError as error:
        here.error(f"Your answer could not be saved: {error}")


def log_out(here: Interface, _: LogOut) -> None:
    """Remove the stored login and leave."""
    from octavo.frontends.terminal.actions.sign_in import sign_out

    try:
        was_logged_in = sign_out(here.config)
    except OctavoError as error:
        here.error(f"The login could not be removed: {error}")
        return
    here.farewell = "Logged out." if was_logged_in else "There was no stored login."
    here.loop.end()


def run_update(here: Interface, _: RunUpdate) -> None:
    """Leave, then update."""
    from octavo.frontends.terminal.updates import update_command

    here.update = update_command(here.config.environ)
    here.loop.end()


def dismiss_update(here: Interface, effect: DismissUpdate) -> None:
    """Do not ask about this version again."""
    from octavo.frontends.terminal.updates import dismiss

    try:
        dismiss(here.config.codex_home, effect.version)
    except OSError as error:
        here.error(f"That could not be saved: {error.strerror}")


def _tell_step(here: Interface, tell: Callable[[SignInStep], None]) -> None:
    """Tell the step on the screen how the login goes."""
    from octavo.frontends.terminal.views.onboarding import Onboarding

    view = here.app.views.top
    if isinstance(view, Onboarding) and view.sign_in is not None:
        tell(view.sign_in)
    here.loop.changed()


def _signed_in(here: Interface) -> None:
    """Somebody is."""
    from octavo.frontends.terminal.views.onboarding import Onboarding

    view, now = here.app.views.top, time.monotonic()
    if isinstance(view, Onboarding):
        here.app.run(here.app.views.settle(view.signed_in(now), now), now)
    here.go_on()
    here.loop.changed()
