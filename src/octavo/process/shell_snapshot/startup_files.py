"""Which files a login shell reads at its start, and whether one of them has changed (`docs/shell-snapshot.md`)."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping

Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Paths with times of modification and change (ns; the latter nobody can set), size and inode; zeros for what is not
there."""

_BASH = (".bash_profile", ".bash_login", ".profile", ".bashrc", ".bash_aliases")
_ZSH = (".zshenv", ".zprofile", ".zlogin")
_BASH_OF_ALL = ("/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/profile.d")
_ZSH_OF_ALL = tuple(f"{folder}/{name}" for folder in ("/etc", "/etc/zsh") for name in ("zshenv", "zprofile", "zlogin"))
_LARGEST = 1 << 20


def startup_files(shell: str, environ: Mapping[str, str], variables: Mapping[str, str]) -> tuple[str, ...]:
    """The startup files of `bash` or `zsh` for `environ`, and the files that they name.

    `variables` are the exported ones after a start, for names such as `"$CARGO_HOME/env"`.
    """
    home = environ.get("HOME", "")
    own = {**environ, **variables}.get("ZDOTDIR") or home if shell == "zsh" else home
    names, known = (_ZSH, _ZSH_OF_ALL) if shell == "zsh" else (_BASH, _BASH_OF_ALL)
    first = [*known, *(os.path.join(folder, name) for folder in dict.fromkeys((home, own)) for name in names)]
    if shell == "bash" and os.path.isdir("/etc/profile.d"):
        first += [os.path.join("/etc/profile.d", name) for name in sorted(os.listdir("/etc/profile.d"))]
    named = [path for file in first for path in _named_in(file, {"HOME": home, **variables})]
    return tuple(dict.fromkeys([*first, *named]))


def stamp(paths: Iterable[str]) -> Stamp:
    """How the files are now; two stamps are equal if none of them has changed between."""
    return tuple(_stamp_of(path) for path in paths)


def _stamp_of(path: str) -> tuple[str, int, int, int, int]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return (path, 0, 0, 0, 0)
    return (path, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _named_in(file: str, variables: Mapping[str, str]) -> list[str]:
    """The files that a script mentions by an absolute path, from the home folder or by a variable."""
    try:
        with open(file, "rb") as source:
            text = source.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return []
    paths = (_expanded(word, variables) for word in _path_pattern().findall(text))
    return [path for path in paths if path and os.path.isfile(path)]


def _expanded(word: str, variables: Mapping[str, str]) -> str:
    word = re.sub(r"\$\{?(\w+)\}?", lambda name: variables.get(name[1], ""), word, flags=re.ASCII)
    return variables.get("HOME", "") + word[1:] if word.startswith("~/") else word


@functools.cache
def _path_pattern() -> re.Pattern[str]:
    return re.compile(r"(?:~|\$\w+|\$\{\w+\}|(?<![\w.}~]))/[\w./+@%-]+", re.ASCII)
