"""What has to be asked before a session begins (`docs/terminal-views.md`, "First start")."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.frontends.terminal.release_channel import has_channel
from octavo.frontends.terminal.views.view import View


def first_steps(config: Config, *, moves: bool = True) -> View | None:
    """The screen that asks for a login or for trust; None where neither is missing. `moves` lets pictures move."""
    wants_login = config.model_provider.requires_openai_auth and not _signed_in(config)
    wants_trust = not config.approval_or_sandbox_was_set and not config.project_is_trusted
    if not wants_login and not wants_trust:
        return None
    from octavo.frontends.terminal.views.onboarding import Onboarding
    from octavo.frontends.terminal.views.sign_in import SignInStep
    from octavo.frontends.terminal.views.trust_question import TrustQuestion

    sign_in = None
    if wants_login:
        sign_in = SignInStep(config.forced_login_method, config.environ.get("OPENAI_API_KEY", ""), moves=moves)
    trust = None
    if wants_trust:
        from octavo.git.repository import may_be_repository

        trust = TrustQuestion(config.cwd, in_repository=may_be_repository(config.cwd))
    return Onboarding(sign_in, trust, moves=moves)


def update_question(config: Config, prompt: str) -> View | None:
    """The question whether a newer version is to be installed; None where there is none, or work is waiting."""
    if prompt.strip() or not config.check_for_update_on_startup or not has_channel(config.environ):
        return None
    from octavo.frontends.terminal import updates  # where nobody announces versions, nobody pays for it

    update = updates.known_update(config.codex_home, config.environ)
    if update is None or update.command is None or update.is_dismissed:
        return None
    from octavo import __version__
    from octavo.frontends.terminal.views.update_prompt import UpdatePrompt

    return UpdatePrompt(__version__, update.version, " ".join(update.command))


def _signed_in(config: Config) -> bool:
    """Whether a login is stored; one that cannot be read is none."""
    from octavo.auth.storage import load_login  # where the provider wants none, nobody pays for it
    from octavo.auth.tokens import AuthError

    try:
        return load_login(config.codex_home, config.cli_auth_credentials_store) is not None
    except AuthError:
        return False
