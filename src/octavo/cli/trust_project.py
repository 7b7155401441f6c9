"""`--trust`: the project of this run is trusted from now on (`docs/config.md`, "Trust")."""

from __future__ import annotations

from collections.abc import Callable

from octavo.cli.visible import one_line
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.errors import OctavoError


def trust_project_of(config: Config, tell: Callable[[str], None]) -> bool:
    """Record it; whether the configuration is to be read anew. Raises `Stop` where it cannot be recorded.

    A project that the user explicitly does not trust stays so, which `tell` hears.
    """
    if config.project_is_trusted:
        return False
    from octavo.config.edit import is_distrusted, trust_project
    from octavo.config.trust import trust_target

    folder = trust_target(config.cwd, config.environ)
    try:
        if is_distrusted(config.codex_home, config.cwd) or is_distrusted(config.codex_home, folder):
            tell(f"Warning: --trust has no effect: config.toml says that {one_line(folder)} is not trusted")
            return False
        trust_project(config.codex_home, folder)
    except OctavoError as error:
        raise Stop(1, f"Error: --trust: {error}\n") from None
    return True
