"""What the model's commands and tools may not read under the user's settings (`docs/deny-read.md`)."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from octavo.protocol.policy import configured_roots
from octavo.sandbox.spec import NOTHING, Unreadable

if TYPE_CHECKING:
    from octavo.config.config import Config
    from octavo.files.deny_read import DenyRead
    from octavo.protocol.policy import SandboxPolicy

_MOST_LINES, _MOST_WORDS = 50, 20
_SIGNS = ("permission denied", "no such file or directory", "is not a regular file", "operation not permitted")
_LOOKED_AT = 32_768


def denied_reads(config: Config, policy: SandboxPolicy, cwd: str) -> DenyRead:
    """The rules of a turn that works in `cwd`: ours for the stored login, then the user's."""
    return denied_below(config, (cwd, *configured_roots(policy)))


def denied_below(config: Config, folders: Iterable[str]) -> DenyRead:
    """The same, where rules that name no place hold below these folders."""
    return _rules(config.deny_read, config.codex_home, config.environ.get("HOME", ""), tuple(folders))


def closed_in_searches(config: Config) -> Callable[[str, Sequence[str]], bool]:
    """Whether a path that was found below one of some roots is not to be named."""

    def is_closed(path: str, roots: Sequence[str]) -> bool:
        return denied_below(config, map(os.path.abspath, roots)).rule_for(os.path.abspath(path)) is not None

    return is_closed


def unreadable(config: Config, policy: SandboxPolicy, cwd: str) -> Unreadable:
    """What there is now that may not be read, for a command that is about to start. Looks through folders."""
    if config.deny_read:
        return Unreadable((*denied_reads(config, policy, cwd).paths(), *_readable_disks()), is_strict=True)
    login = os.path.join(config.codex_home, "auth.json")
    return Unreadable((os.path.realpath(login),)) if os.path.isfile(login) else NOTHING


def _readable_disks() -> list[str]:
    """Disks whose bytes we may read as they are, past all files: root may."""
    found = []
    for folder in ("/dev", "/dev/mapper"):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            kinds = [(entry.path, entry.stat(follow_symlinks=False).st_mode) for entry in entries]
            found += [path for path, mode in kinds if stat.S_ISBLK(mode) and os.access(path, os.R_OK)]
    return found


def why_unreadable(denied: Callable[[], DenyRead], output: str, cwd: str) -> str | None:
    """One line on the rule that kept a command in `cwd` from reading, if its output points to one."""
    ends = output if len(output) <= 2 * _LOOKED_AT else f"{output[:_LOOKED_AT]}\n{output[-_LOOKED_AT:]}"
    lowered = ends.lower()
    if not any(sign in lowered for sign in _SIGNS):
        return None
    rules = denied()
    refusals = [line for line in ends.split("\n") if any(sign in line.lower() for sign in _SIGNS)]
    for line in refusals[:_MOST_LINES]:
        for word in _words(line)[:_MOST_WORDS]:
            path = os.path.normpath(os.path.join(cwd, word))
            if "/" in path and (text := refusal(rules, path)) is not None:
                return text
    return None


def refusal(denied: DenyRead, path: str) -> str | None:
    """Which rule keeps an absolute path from being read, in words; None if it may be."""
    rule = denied.rule_for(path)
    if rule is None:
        return None
    shown = "".join(character if character.isprintable() else "\ufffd" for character in path)
    if rule.is_ours:
        return f"{shown} may not be read: {rule.text} is kept from the model's commands and tools."
    return f"{shown} may not be read: `{rule.text}` in `deny_read` keeps it from the model's commands and tools."


def _words(line: str) -> list[str]:
    """What may be a path in a message: what stands in quotes, and what colons and spaces set apart."""
    for quote in '‘’“”"`':
        line = line.replace(quote, "'")
    quoted = line.split("'")[1::2]
    plain = [part.strip("'()[],;") for piece in line.split(": ") for part in (piece, *piece.split())]
    return [word for word in dict.fromkeys((*quoted, *plain)) if word and len(word) < 4096]


@functools.lru_cache(maxsize=32)
def _rules(texts: tuple[str, ...], codex_home: str, home: str, folders: tuple[str, ...]) -> DenyRead:
    from octavo.files.deny_read import DenyRead, own_rule, parse_rule  # a pattern for each: on first use

    ours = [own_rule(os.path.join(codex_home, "auth.json"), "the stored login")]
    if texts:  # there may be copies of what nobody is to read
        ours.append(own_rule(os.path.join(codex_home, "undo"), "what undo keeps"))
    return DenyRead([*ours, *(parse_rule(text, {"HOME": home}) for text in texts)], folders)
