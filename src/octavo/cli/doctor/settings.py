"""Checks of the configuration and of the login that it needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import msgspec

from octavo.auth.storage import StoredLogin, load_login
from octavo.auth.tokens import AuthError
from octavo.cli.doctor.finding import Finding, broken, ok, warning
from octavo.cli.visible import one_line, with_tilde
from octavo.config.config import Config
from octavo.config.explain import explain_config
from octavo.config.load import ConfigSources, load_config
from octavo.errors import ConfigError
from octavo.model.http_attempt import provider_token


class Checked(msgspec.Struct, frozen=True):
    """The configuration, if there is one, and what was found on the way to it."""

    config: Config | None
    findings: tuple[Finding, ...]


def check_settings(sources: ConfigSources) -> Checked:
    """Load the configuration and look for keys that mean nothing."""
    try:
        config = load_config(sources)
        explanation = explain_config(sources)
    except ConfigError as error:
        return Checked(None, (broken("config", one_line(str(error)), _where_to_mend(sources)),))
    findings = [
        warning(
            "config",
            f"{one.path} means nothing ({with_tilde(one.layer)})",
            f"did you mean {one.nearest}?" if one.nearest else "remove it",
        )
        for one in explanation.unknown
    ]
    findings += [
        warning("config", f"{older} is an older name", f"use {feature} in [features]")
        for older, feature in config.deprecations
    ]
    return Checked(config, (ok("config", _summary(config)), *findings))


def _where_to_mend(sources: ConfigSources) -> str:
    return f"edit {with_tilde(os.path.join(sources.codex_home, 'config.toml'))}, or what stands after -c"


def _summary(config: Config) -> str:
    from octavo.protocol.policy import sandbox_mode

    parts = [f"{config.model} of {config.model_provider_id}", f"sandbox {sandbox_mode(config.sandbox_policy)}"]
    if config.active_profile:
        parts.append(f"profile {config.active_profile}")
    return ", ".join(one_line(part) for part in parts)


def check_login(config: Config) -> Iterator[Finding]:
    """Whether there is the key or login that the provider needs, and the configuration allows it."""
    provider, environ = config.model_provider, config.environ
    if provider_token(provider, environ) is not None:
        source = "experimental_bearer_token" if provider.experimental_bearer_token is not None else provider.env_key
        yield ok("login", f"key of {one_line(provider.name)} from {source}")
        return
    if provider.env_key and not provider.requires_openai_auth:
        hint = f" ({one_line(provider.env_key_instructions)})" if provider.env_key_instructions else ""
        yield broken("login", f"{provider.env_key} is not set", f"put your key into {provider.env_key}{hint}")
        return
    try:
        login = load_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError as error:
        yield broken("login", f"the stored login cannot be read: {one_line(str(error))}", "octavo logout; octavo login")
        return
    yield _login(config, environ, login)


def _login(config: Config, environ: Mapping[str, str], login: StoredLogin | None) -> Finding:
    has_key = bool(environ.get("CODEX_API_KEY", "").strip())
    if login is None:
        if has_key:
            return warning("login", "CODEX_API_KEY counts for octavo exec alone", "octavo login for all else")
        if not config.model_provider.requires_openai_auth:
            return ok("login", f"{one_line(config.model_provider.name)} needs none")
        return broken("login", "nobody is logged in", "octavo login")
    kind = "chatgpt" if login.api_key is None else "api"
    if config.forced_login_method not in (None, kind):
        wanted = "ChatGPT" if kind == "api" else "API key"
        return broken("login", f"the configuration demands a {wanted} login", "octavo logout; octavo login")
    if kind == "chatgpt" and login.tokens is None:
        return broken("login", "the stored login holds neither key nor tokens", "octavo login")
    return ok("login", "ChatGPT account" if kind == "chatgpt" else "API key")
