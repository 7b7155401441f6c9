"""`apply_patch` in scripts whose shell sets PATH anew before it runs them (`docs/sandbox.md`).

Startup files of login shells often do, and then the folder that we put in front is
lost. A script that speaks of the program gets it back with its first words, on its
first line, so that line numbers stay. All other commands run as they are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from octavo.process.patch_links import NAMES

_SHELLS = ("bash", "zsh", "sh", "dash", "ksh", "mksh", "ash")
_WITH_ARGUMENT = ("--rcfile", "--init-file")


def finding_apply_patch(argv: Sequence[str], environ: Mapping[str, str], folder: str | None) -> tuple[str, ...]:
    """The words of a command so that a script in them finds `apply_patch` in the `folder` of the links.

    `environ` is what the command gets.
    """
    shell = os.path.basename(argv[0]).removeprefix("-") if argv else ""
    if folder is None or (shell not in _SHELLS and shell != "fish"):
        return tuple(argv)
    found = _script_at(argv)
    if found is None or not any(name in argv[found[0]] for name in NAMES):
        return tuple(argv)
    place, options = found
    if not _may_lose(shell, options, environ, folder):
        return tuple(argv)
    return (*argv[:place], _first_words(shell, folder) + argv[place], *argv[place + 1 :])


def _script_at(argv: Sequence[str]) -> tuple[int, str] | None:
    """The place of the script in the words of a shell, and the letters of its options; None where there is none."""
    letters, place = "", 1
    while place < len(argv) and argv[place][:1] in ("-", "+") and argv[place] not in ("-", "--"):
        word = argv[place]
        if word.startswith("--"):
            letters += "l" if word == "--login" else ""
        elif word.startswith("-"):
            letters += word[1:]
        takes_another = word in _WITH_ARGUMENT or (not word.startswith("--") and ("o" in word or "O" in word))
        place += 2 if takes_another else 1
    return (place, letters) if "c" in letters and place < len(argv) else None


def _may_lose(shell: str, options: str, environ: Mapping[str, str], folder: str) -> bool:
    """Whether the script may start with another PATH than the command gets, or the command has none of ours."""
    if folder not in environ.get("PATH", "").split(os.pathsep):
        return True
    return shell in ("zsh", "fish") or "BASH_ENV" in environ or "l" in options or "i" in options


def _first_words(shell: str, folder: str) -> str:
    quoted = "'" + folder.replace("'", "'\\''") + "'"
    if shell == "fish":
        return f"set -gx PATH {quoted} $PATH; "
    return f"PATH={quoted}${{PATH:+:$PATH}}; export PATH; "
