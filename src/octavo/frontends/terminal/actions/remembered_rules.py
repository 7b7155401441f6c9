"""The rules on commands as their files have them (`docs/permissions.md`)."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.frontends.terminal.views.permissions_picker import ShownRule
from octavo.tools.permissions import Permissions


def remembered_rules(config: Config) -> tuple[list[ShownRule], list[str]]:
    """All of them, those for everywhere first, and what is wrong with the files."""
    permissions, home = Permissions(config.codex_home, config.environ), config.environ.get("HOME")
    rules = [
        ShownRule(file.path, rule, "everywhere" if file.project is None else f"in {with_tilde(file.project, home)}")
        for file in permissions.files()
        for rule in file.rules
    ]
    return rules, permissions.news()
