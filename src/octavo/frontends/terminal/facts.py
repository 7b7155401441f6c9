"""What the screen tells of a session's settings: for the header, for cells and for `/status`."""

from __future__ import annotations

import os
import time

from octavo import __version__
from octavo.auth.storage import load_login
from octavo.auth.tokens import AuthError, IdClaims, read_claims
from octavo.config.config import Config
from octavo.engine.project_docs import project_documents
from octavo.frontends.terminal.cells.status import StatusFacts, account_text
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.model.settings import ModelSettings, model_settings
from octavo.model.sizes import sizes_of
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxMode, SandboxPolicy


def chat_facts(config: Config) -> ChatFacts:
    """What cells need to know."""
    settings = _settings(config)
    return ChatFacts(
        version=__version__,
        cwd=config.cwd,
        home=config.environ.get("HOME"),
        repository=_repository(config.cwd),
        model=config.model,
        window=settings.context_window,
        prints_reasoning=settings.family.summary_format == "experimental",
        hides_reasoning=config.hide_agent_reasoning,
        shows_raw_reasoning=config.show_raw_agent_reasoning,
        servers=config.mcp_servers,
        clock=lambda: time.strftime("%H:%M"),
    )


def status_facts(config: Config, session_id: str, name: str = "") -> StatusFacts:
    """What the card of `/status` shows of the settings."""
    account, counts_tokens = _account(config)
    settings = _settings(config)
    reasons = config.model_provider.wire_api == "responses" and settings.family.supports_reasoning_summaries
    effort, summary = config.model_reasoning_effort or "none", config.model_reasoning_summary
    return StatusFacts(
        version=__version__,
        model=config.model,
        reasoning=(f"reasoning {effort}", f"summaries {'off' if summary == 'none' else summary}") if reasons else (),
        directory=with_tilde(config.cwd, config.environ.get("HOME")),
        approval=config.approval_policy,
        sandbox=sandbox_mode(config.sandbox_policy),
        agents=tuple(os.path.relpath(path, os.path.realpath(config.cwd)) for path in project_documents(config)),
        account=account,
        session_id=session_id,
        name=name,
        counts_tokens=counts_tokens,
        window=_whole_window(config, settings),
    )


def sandbox_mode(policy: SandboxPolicy) -> SandboxMode:
    """What the policy is called in flags and files."""
    if isinstance(policy, DangerFullAccess):
        return "danger-full-access"
    return "read-only" if isinstance(policy, ReadOnly) else "workspace-write"


def _settings(config: Config) -> ModelSettings:
    return model_settings(config, config.model, config.model_reasoning_effort, config.model_reasoning_summary)


def _whole_window(config: Config, settings: ModelSettings) -> int | None:
    if config.model_context_window is not None:
        return config.model_context_window
    sizes = sizes_of(settings.family.slug)
    return sizes.window if sizes is not None else settings.context_window


def _repository(cwd: str) -> str | None:
    """The folder with `.git` around the working directory."""
    folder = cwd
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _account(config: Config) -> tuple[str, bool]:
    """The account as it is shown, and whether its tokens are counted."""
    try:
        login = load_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError:
        login = None
    if login is None:
        return "", True
    if login.api_key is not None:
        return account_text("", "", is_api_key=True), True
    if login.tokens is None:
        return account_text("", "", is_api_key=False), False
    try:
        claims = read_claims(login.tokens.id_token)
    except AuthError:
        claims = IdClaims()
    return account_text(claims.email or "", claims.plan or "", is_api_key=False), False
