"""Texts for the model that stand in files: the user's global AGENTS text and replaced prompts (`docs/config.md`)."""

from __future__ import annotations

import os

from octavo.config.home import os_error_text
from octavo.errors import ConfigError
from octavo.files.plain_file import open_plain

_SHELL_PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
GLOBAL_FILES = ("AGENTS.override.md", "AGENTS.md")


def read_user_instructions(home: str) -> str | None:
    """The first global AGENTS text that can be read and is not blank, trimmed; None without one."""
    for name in GLOBAL_FILES:
        try:
            with open_plain(os.path.join(home, name)) as file:
                text = file.read().decode("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return text
    return None


def read_prompt_file(path: str | None, cwd: str, kind: str) -> str | None:
    """The trimmed text of a configured file, relative to `cwd`; None if none is configured.

    `kind` is what the message calls it; `ConfigError` if it can not be read or is blank.
    """
    if path is None:
        return None
    full = os.path.join(cwd, path)
    try:
        # Whoever names a pipe of the shell's means it. Elsewhere a command may have put one, to be waited for.
        with open(full, "rb") if path.startswith(_SHELL_PIPES) else open_plain(full) as file:
            text = file.read().decode("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"failed to read {kind} {full}: {os_error_text(error)}") from error
    except ValueError as error:
        raise ConfigError(f"failed to read {kind} {full}: stream did not contain valid UTF-8") from error
    if not text:
        raise ConfigError(f"{kind} is empty: {full}")
    return text
