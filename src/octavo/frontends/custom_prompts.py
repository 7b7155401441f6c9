"""The user's own prompts: what they need, and what they become (`docs/prompts.md`)."""

from __future__ import annotations

import re

import msgspec

PREFIX = "prompts:"
NO_DESCRIPTION = "send a prompt of your own"
_NAMED = r"(?<!\$)\$([A-Z][A-Z0-9_]*)"
_NUMBERED = r"\$\$|\$([1-9])|\$ARGUMENTS"


class Prompt(msgspec.Struct, frozen=True):
    """A file of prompts: its name without the prefix, and its text."""

    name: str
    body: str
    description: str = ""


class PromptError(Exception):
    """The arguments do not fit; the text says how."""


def names_in(body: str) -> list[str]:
    """The named places of a prompt, each once, in their order."""
    return list(dict.fromkeys(name for name in re.findall(_NAMED, body) if name != "ARGUMENTS"))


def takes_numbered(body: str) -> bool:
    """Whether it has numbered places, or takes all arguments."""
    return not names_in(body) and any(found[0] != "$$" for found in re.finditer(_NUMBERED, body))


def completed(prompt: Prompt) -> tuple[str, int]:
    """The command as Tab writes it, and where the cursor goes."""
    text = f"/{PREFIX}{prompt.name}"
    if names := names_in(prompt.body):
        whole = text + "".join(f' {name}=""' for name in names)
        return whole, whole.index('""') + 1
    text += " " * takes_numbered(prompt.body)
    return text, len(text)


def expand(prompt: Prompt, arguments: str) -> str:
    """The text to send. Raises `PromptError`."""
    import shlex

    command = f"/{PREFIX}{prompt.name}"
    try:
        words = shlex.split(arguments)
    except ValueError as error:
        raise PromptError(f"{command}: the arguments cannot be read: {str(error).lower()}") from None
    if names := names_in(prompt.body):
        values = _values(command, words)
        if missing := [name for name in names if name not in values]:
            raise PromptError(f"{command}: missing {', '.join(missing)}; write KEY=value, in quotes if it has blanks")
        return re.sub(_NAMED, lambda found: values[found[1]] if found[1] in names else found[0], prompt.body)

    def numbered(found: re.Match[str]) -> str:
        if found[1]:
            return words[int(found[1]) - 1] if int(found[1]) <= len(words) else ""
        return found[0] if found[0] == "$$" else " ".join(words)

    return re.sub(_NUMBERED, numbered, prompt.body)


def _values(command: str, words: list[str]) -> dict[str, str]:
    values = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise PromptError(f"{command}: `{word}` is not of the form KEY=value")
        if not key:
            raise PromptError(f"{command}: no key before the = of `{word}`")
        values[key] = value
    return values
