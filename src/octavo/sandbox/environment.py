"""The environment of a command (`docs/sandbox.md`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from octavo.config.config import HEADER_VARIABLE
from octavo.protocol.policy import SandboxPolicy, has_network

if TYPE_CHECKING:
    from octavo.config.config import Config

Inherit = Literal["all", "core", "none"]

_CORE = frozenset({"HOME", "LOGNAME", "PATH", "SHELL", "USER", "USERNAME", "TMPDIR", "TEMP", "TMP"})
_SECRETS = ("*KEY*", "*SECRET*", "*TOKEN*")
NETWORK_DISABLED = "CODEX_SANDBOX_NETWORK_DISABLED"


def child_environment(
    environ: Mapping[str, str],
    sandbox_policy: SandboxPolicy,
    *,
    inherit: Inherit = "all",
    ignore_default_excludes: bool = False,
    exclude: Sequence[str] = (),
    set_: Mapping[str, str] | None = None,
    include_only: Sequence[str] = (),
) -> dict[str, str]:
    """What a command gets of `environ`, by `[shell_environment_policy]`, and the mark of a closed network.

    Patterns know `*` and `?`, match whole names and ignore case.
    """
    variables = {} if inherit == "none" else dict(environ)
    if inherit == "core":
        variables = {name: value for name, value in variables.items() if name in _CORE}
    refused = [*(() if ignore_default_excludes else _SECRETS), *exclude]
    if refused:
        matches = _matcher(tuple(refused)).fullmatch
        variables = {name: value for name, value in variables.items() if not matches(name)}
    variables.update(set_ or {})
    if include_only:
        matches = _matcher(tuple(include_only)).fullmatch
        variables = {name: value for name, value in variables.items() if matches(name)}
    if not has_network(sandbox_policy):
        variables[NETWORK_DISABLED] = "1"
    return variables


def configured_environment(
    config: Config, sandbox_policy: SandboxPolicy, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a command gets of our environment, and of `more`, under the user's settings.

    Variables that the configuration names as holding keys of ours are left out like those with a telling name.
    """
    chosen = config.shell_environment_policy
    ours = () if chosen.ignore_default_excludes else _key_variables(config)
    return child_environment(
        {**config.environ, **more} if more else config.environ,
        sandbox_policy,
        inherit=chosen.inherit,
        ignore_default_excludes=chosen.ignore_default_excludes,
        exclude=(*chosen.exclude, *ours),
        set_=chosen.set,
        include_only=chosen.include_only,
    )


def _key_variables(config: Config) -> tuple[str, ...]:
    """The variables with keys for providers, MCP servers and collectors."""
    names = [provider.env_key for provider in config.model_providers.values()]
    headers = [provider.env_http_headers for name, provider in config.model_providers.items() if name != "openai"]
    for server in config.mcp_servers.values():
        names.append(getattr(server.transport, "bearer_token_env_var", None))
        headers.append(getattr(server.transport, "env_http_headers", None))
    for exporter in config.otel.exporters:
        names += [name for value in exporter.headers.values() for name in re.findall(HEADER_VARIABLE, value)]
    found = dict.fromkeys([*names, *(name for mapping in headers for name in (mapping or {}).values())])
    return tuple(name for name in found if name)


@functools.cache
def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_translated(pattern) for pattern in patterns), re.IGNORECASE | re.DOTALL)


def _translated(pattern: str) -> str:
    wild = {"*": ".*", "?": "."}
    return "".join(wild.get(character) or re.escape(character) for character in pattern)
