"""The prompts that a user keeps as files (`docs/prompts.md`)."""

from __future__ import annotations

import os
import stat

from octavo.protocol.events import CustomPrompt


def list_custom_prompts(codex_home: str) -> list[CustomPrompt]:
    """The prompts in `CODEX_HOME/prompts`, by name. Files that cannot be read as text are left out."""
    folder = os.path.join(codex_home, "prompts")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    prompts = [prompt for name in names if (prompt := _read(os.path.join(folder, name)))]
    return sorted(prompts, key=lambda prompt: prompt.name)


def _read(path: str) -> CustomPrompt | None:
    stem, extension = os.path.splitext(os.path.basename(path))
    if extension.lower() != ".md":
        return None
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with open(path, "rb") as file:
            text = file.read().decode()
    except (OSError, UnicodeDecodeError):
        return None
    facts, body = split_front_matter(text)
    hint = facts.get("argument-hint", facts.get("argument_hint"))
    return CustomPrompt(stem, path, body, facts.get("description"), hint)


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The facts between two lines of `---` at the top, and the text behind them."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return {}, text
    facts: dict[str, str] = {}
    for place, line in enumerate(lines[1:], 1):
        stripped = line.strip()
        if stripped == "---":
            return facts, "\n".join(lines[place + 1 :])
        key, colon, value = stripped.partition(":")
        if colon and not stripped.startswith("#"):
            facts[key.strip().lower()] = _unquoted(value.strip())
    return {}, text


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
