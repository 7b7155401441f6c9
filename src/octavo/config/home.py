"""Where our state lives (`CODEX_HOME`), and the variables its `.env` file sets (`docs/config.md`)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.errors import ConfigError


def find_home(environ: Mapping[str, str]) -> str:
    """The absolute path of the state folder.

    `CODEX_HOME` is resolved and has to exist: otherwise `ConfigError` with the
    system's own words. Unset or empty means `~/.codex`, which may be missing and is
    created by whoever writes first.
    """
    chosen = environ.get("CODEX_HOME", "")
    if not chosen:
        return os.path.join(_user_home(environ), ".codex")
    try:
        return os.path.realpath(chosen, strict=True)
    except OSError as error:
        raise ConfigError(os_error_text(error)) from error
    except ValueError as error:
        raise ConfigError(f"CODEX_HOME is no path: {error}") from error


def apply_dotenv(home: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environ` with the variables of `$CODEX_HOME/.env` set over it.

    Names that start with `CODEX_` in any case are left out, so the file can not move
    the state folder or disguise the client. A missing or unreadable file sets nothing.
    """
    merged = dict(environ)
    try:
        with open(os.path.join(home, ".env"), "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError:
        return merged
    # Most people have no .env: its parser is only loaded for those who do.
    from octavo.config.dotenv import parse_dotenv

    for name, value in parse_dotenv(text, environ):
        if not name.upper().startswith("CODEX_"):
            merged[name] = value
    return merged


def os_error_text(error: OSError) -> str:
    """A system error in the words that users of Codex know: `Permission denied (os error 13)`."""
    if error.errno is None:
        return str(error)
    return f"{os.strerror(error.errno)} (os error {error.errno})"


def _user_home(environ: Mapping[str, str]) -> str:
    home = environ.get("HOME", "")
    if home:
        return home
    import pwd  # only when HOME is unset

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        raise ConfigError("No home folder: set HOME or CODEX_HOME") from None
