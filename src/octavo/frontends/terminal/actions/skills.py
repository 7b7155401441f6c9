"""The skills of a session, and which of them are switched off (`docs/skills.md`)."""

from __future__ import annotations

import os
from typing import Any

from octavo.config.config import Config
from octavo.config.layers import CONFIG_FILE, read_text
from octavo.config.toml import parse_toml
from octavo.config.value_edits import ValueEdit, write_values
from octavo.engine.project_docs import skill_roots
from octavo.engine.skill_list import find_skills
from octavo.frontends.terminal.views.skills_list import ShownSkill


def known_skills(config: Config) -> tuple[list[ShownSkill], list[str]]:
    """All of them, those nearest to the work first, and a line for each that is broken."""
    roots = [root for root in skill_roots(config) if os.path.isdir(root)]
    on = {skill.path for skill in find_skills(roots, config.skills).skills}
    found = find_skills(roots, ())
    skills = [ShownSkill(one.name, one.description, one.path, one.path in on) for one in found.skills]
    return skills, list(found.problems)


def switch_skill(codex_home: str, path: str, *, enabled: bool) -> None:
    """Write it into the user's `config.toml`, whose other settings stay. Raises `ConfigError`."""
    file = os.path.join(codex_home, CONFIG_FILE)
    table = parse_toml(read_text(file), file).get("skills")
    entries = table.get("config") if isinstance(table, dict) else None
    kept = [one for one in entries if not _means(one, path)] if isinstance(entries, list) else []
    if not enabled:
        kept.append({"path": path, "enabled": False})
    write_values(codex_home, [ValueEdit(("skills", "config"), kept or None)])


def _means(entry: Any, path: str) -> bool:
    """Whether the entry is for this file, by itself or by its folder."""
    named, real = entry.get("path") if isinstance(entry, dict) else None, os.path.realpath(path)
    return isinstance(named, str) and os.path.realpath(os.path.expanduser(named)) in (real, os.path.dirname(real))
