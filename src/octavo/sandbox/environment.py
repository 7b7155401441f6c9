"""The environment of a command (`docs/sandbox.md`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from octavo.protocol.policy import SandboxPolicy, has_network

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


@functools.cache
def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_translated(pattern) for pattern in patterns), re.IGNORECASE | re.DOTALL)


def _translated(pattern: str) -> str:
    wild = {"*": ".*", "?": "."}
    return "".join(wild.get(character) or re.escape(character) for character in pattern)
