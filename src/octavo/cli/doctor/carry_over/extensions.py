"""Files that steer an agent beside its settings: instructions, prompts, skills, hooks, rules, plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator

from octavo.cli.doctor.finding import Finding, ok, warning
from octavo.config.instructions import GLOBAL_FILES
from octavo.config.layers import CONFIG_FILE, read_toml
from octavo.config.schema import ConfigToml
from octavo.errors import ConfigError


def check_extensions(folder: str) -> Iterator[Finding]:
    """Each kind that is there: whether it is followed here."""
    for name in GLOBAL_FILES:
        if os.path.isfile(os.path.join(folder, name)):
            yield ok("instructions", f"{name} carries over")
            break
    if count := len(_files(folder, "prompts", ".md")):
        yield ok("prompts", f"{_number(count, 'prompt')} of your own carry over (/prompts:NAME)")
    yield from _skills(folder)
    yield from _hooks(folder)
    if count := len(_files(folder, "rules", ".rules")):
        yield ok("rules", f"{_number(count, 'file')} of rules for commands carry over (octavo permissions list)")
    if os.path.isdir(os.path.join(folder, "plugins")) or _has_key(folder, "plugins"):
        yield warning("plugins", "plugins are not loaded", "add their MCP servers: octavo mcp add")
    if _has_key(folder, "memories") or any(name.startswith("memories_") for name in os.listdir(folder)):
        yield ok("memories", "memories of later releases are not used")


def _skills(folder: str) -> Iterator[Finding]:
    top = os.path.join(folder, "skills")
    count = sum("SKILL.md" in names for _, _, names in os.walk(top))
    if count:
        yield ok("skills", f"{_number(count, 'skill')} carry over")


def _hooks(folder: str) -> Iterator[Finding]:
    if not os.path.exists(os.path.join(folder, "hooks.json")) and not _has_key(folder, "hooks"):
        return
    if "hooks" in ConfigToml.__struct_fields__:
        yield ok("hooks", "hooks carry over; those of projects run once you trust them")
    else:
        yield warning("hooks", "hooks are not run: a guard among them guards nothing here", "use the sandbox instead")


def _files(folder: str, name: str, ending: str) -> list[str]:
    try:
        return [file for file in os.listdir(os.path.join(folder, name)) if file.endswith(ending)]
    except OSError:
        return []


def _has_key(folder: str, key: str) -> bool:
    try:
        return key in read_toml(os.path.join(folder, CONFIG_FILE))
    except ConfigError:
        return False  # told with the settings


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
