"""Which commands need no question, and which need one even in a sandbox (`docs/commands.md`).

Both answers come from the words of the command alone: nothing is run or looked up.
What is not recognised is neither safe nor dangerous.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from octavo.commands.shell_grammar import login_script, word_only_commands

_READERS = frozenset(["cat", "cd", "echo", "false", "grep", "head", "ls", "nl", "pwd", "tail", "true", "wc", "which"])
SYSTEM_FOLDERS = frozenset(
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"]
)
_FIND_ACTIONS = frozenset(["-exec", "-execdir", "-ok", "-okdir", "-delete", "-fls", "-fprint", "-fprint0", "-fprintf"])
_RG_FLAGS = frozenset(("--search-zip", "-z", "--pre", "--hostname-bin"))
_RG_PREFIXES = ("--pre=", "--hostname-bin=")
_GIT_READERS = frozenset(["branch", "status", "log", "diff", "show"])
_BRANCH_FILTERS = frozenset(("-l", "--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"))
_BRANCH_SHAPES = ("--abbrev", "--no-abbrev", "--color", "--no-color", "--column", "--no-column", "--sort", "--format")
_BRANCH_OPTIONS = frozenset(
    (
        *_BRANCH_FILTERS,
        *_BRANCH_SHAPES,
        "--show-current",
        "--ignore-case",
        "--all",
        "--remotes",
        "--verbose",
    )
)
_GIT_REMOVERS = frozenset(("reset", "rm"))


def is_known_safe(argv: Sequence[str]) -> bool:
    """Whether the command only reads, so that it may run without asking (`docs/commands.md`).

    A `bash -lc` or `zsh -lc` script is safe if it is word-only and each of its commands is.
    """
    if _only_reads(argv):
        return True
    script = login_script(argv)
    commands = word_only_commands(script) if script is not None else None
    return bool(commands) and all(map(_only_reads, commands or ()))


def needs_no_question(argv: Sequence[str]) -> bool:
    """Whether the command is known to be safe, runs the system's programs, and gives them the words looked at.

    A safe name says nothing about `./ls`, `-d\\elete` or `*` may reach `find` as `-delete`, and `git branch -D` takes
    work away.
    """
    script = login_script(argv)
    commands = [argv] if script is None else word_only_commands(script) or []
    if not (is_known_safe(argv) and all(map(_is_the_systems, commands)) and not any(map(_git_may_write, commands))):
        return False
    if script is None or all(command[0].rpartition("/")[2] in _READERS for command in commands):
        return True
    return not may_become_an_option(script)


def may_become_an_option(script: str) -> bool:
    """Whether the shell could make an option of an unquoted word of a word-only `script` that is not written as one."""
    unquoted = re.sub(r"""'[^']*'|"(?:\\.|[^"\\])*\"""", "''", script)
    return "\\" in unquoted or re.search(r"(?<!\S)[-*?\[][^\s;|&]*(?<=[*?\[])", unquoted) is not None


def _git_may_write(argv: Sequence[str]) -> bool:
    """Whether one of git's readers is asked to write: a file (`--output`, or the start of it), or a branch."""
    name, arguments = argv[0].rpartition("/")[2], argv[1:]
    if name != "git" or not arguments:
        return False
    if arguments[0] != "branch":
        return any(word.startswith("--ou") and word != "--ours" for word in arguments)
    options = [word.partition("=")[0] for word in arguments[1:]]
    if not _BRANCH_FILTERS.isdisjoint(options):
        options = [word for word in options if word.startswith("-")]  # the rest is what to look for
    return not all(word in _BRANCH_OPTIONS or re.fullmatch("-[ailrv]+", word) for word in options)


def _is_the_systems(argv: Sequence[str]) -> bool:
    folder, slash, _ = argv[0].rpartition("/")
    return not slash or folder in SYSTEM_FOLDERS


def looks_dangerous(argv: Sequence[str]) -> bool:
    """Whether the command destroys work, so that it is asked for although a sandbox holds it (`docs/commands.md`).

    A script that is not word-only is not called dangerous: it is merely unknown.
    """
    if _destroys(argv):
        return True
    script = login_script(argv)
    commands = word_only_commands(script) if script is not None else None
    return any(map(_destroys, commands or ()))


def _only_reads(argv: Sequence[str]) -> bool:
    if not argv:
        return False
    arguments = argv[1:]
    match argv[0].rpartition("/")[2]:
        case name if name in _READERS:
            return True
        case "find":
            return _FIND_ACTIONS.isdisjoint(arguments)
        case "rg":
            return not any(word in _RG_FLAGS or word.startswith(_RG_PREFIXES) for word in arguments)
        case "git":
            return bool(arguments) and arguments[0] in _GIT_READERS
        case "cargo":
            return bool(arguments) and arguments[0] == "check"
        case "sed":
            return len(argv) in (3, 4) and arguments[0] == "-n" and is_print_range(arguments[1])
    return False


def is_print_range(word: str) -> bool:
    """Whether `word` is a `sed` script that only prints lines: `5p` or `1,20p`."""
    return re.fullmatch(r"(?:[0-9]+,)?[0-9]+p", word) is not None


def _destroys(argv: Sequence[str]) -> bool:
    while argv and argv[0] == "sudo":
        argv = argv[1:]
    if len(argv) < 2:
        return False
    program, first = argv[0], argv[1]
    return (program.endswith("git") and first in _GIT_REMOVERS) or (program == "rm" and first in ("-f", "-rf"))
