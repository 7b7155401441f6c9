"""Whether git, allowed by a rule, would run what a command of the model may have written (`docs/permissions.md`).

Commands in the sandbox cannot change a repository's configuration and hooks. But the user's own configuration may lead
into the work tree, which they can: to a folder of hooks, a program, a file that is included, a repository that is
pushed to. Then a rule does not answer for the user.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from octavo.commands.powerful import runs_what_lies_around, why_never
from octavo.commands.shell_words import split_words
from octavo.files.plain_file import open_plain
from octavo.files.programs import may_be_written
from octavo.git.run import QUERY_LIMIT, GitResult, start_git
from octavo.sandbox.roots import is_within

_RUN_GIT = frozenset({"git", "gh", "hub", "glab", "git-lfs"})
_LIST = ("config", "--null", "--list", "--show-scope", "--show-origin", "--includes")
_PROGRAM = re.compile(
    r"core\.(fsmonitor|sshcommand|gitproxy|askpass|editor|pager|alternaterefscommand)|sequence\.editor|pager\..+"
    r"|filter\..+\.(clean|smudge|process)|diff\.external|diff\..+\.(command|textconv)|merge\..+\.driver"
    r"|(merge|diff)tool\..+\.(cmd|path)|credential\.(.+\.)?helper|gpg\.(.+\.)?program|gpg\.ssh\.defaultkeycommand"
    r"|remote\..+\.(uploadpack|receivepack|vcs|proxy)|trailer\..+\.(command|cmd)|interactive\.difffilter"
    r"|tar\..+\.command|hook\..+\.command|lfs\.customtransfer\..+\.path|lfs\.extension\..+\.(clean|smudge)"
    r"|uploadpack\.packobjectshook|submodule\..+\.update|ssh\.variant|init\.templatedir",
    re.DOTALL,
)
_INCLUDED = re.compile(r"include\.path|includeif\..+\.path", re.DOTALL)
_PLACE = re.compile(r"remote\..+\.(url|pushurl)|branch\..+\.(remote|pushremote)|remote\.pushdefault", re.DOTALL)
_INSTEAD = re.compile(r"url\.(.+)\.(insteadof|pushinsteadof)", re.DOTALL)
_CLOSED = ("hooks", "config", "config.worktree")
"""What commands cannot write in a folder of git."""
_LONGEST = 4096


class _Setting(NamedTuple):
    origin: str
    key: str
    value: str


def what_git_would_run(
    commands: Sequence[Sequence[str]], repository: str | None, *, is_closed: bool = True
) -> str | None:
    """What in the configuration leads to where commands can write, in words; None where nothing does.

    `repository` is the top of the repository in which all of them run; `is_closed` says that commands cannot change its
    configuration. Asks git, a few milliseconds.
    """
    used = [words for words in commands if words[0].rpartition("/")[2] in _RUN_GIT]
    if not used or repository is None:
        return None
    if not is_closed:
        return "commands can change git's configuration (protect_repository = false)"
    answer = _asked(repository)
    if answer is None:
        return "git does not say how it is configured"
    aliases = {f"alias.{words[1].lower()}" for words in used if len(words) > 1}
    hooks = None
    settings = list(_settings(answer))
    names = {setting.key.removeprefix("alias.") for setting in settings if setting.key.startswith("alias.")}
    for setting in settings:
        if setting.key in aliases and not setting.value.startswith("!") and (why := _why_no_alias(setting, names)):
            return why
        if setting.key == "core.hookspath":
            hooks = setting.value
        if _leads_into_reach(setting, repository, aliases):
            return f"{setting.key} leads to where commands can write"
    return _hooks_in_reach(repository, hooks)


def _why_no_alias(setting: _Setting, names: set[str]) -> str | None:
    """What an alias stands for may have no permission itself, whatever it is called."""
    words = split_words(setting.value) or [""]
    if words[0].lower() in names:
        return f"{setting.key} is an alias for another one"
    why = why_never(("git", *words))
    return None if why is None else f"{setting.key}: {why}"


def _asked(folder: str) -> bytes | None:
    started = start_git(_LIST, folder)
    if isinstance(started, GitResult):
        return None
    try:
        said, _ = started.communicate(timeout=QUERY_LIMIT)
    except subprocess.TimeoutExpired:
        started.kill()
        started.communicate()
        return None
    return said if started.returncode == 0 else None


def _settings(answer: bytes) -> Iterator[_Setting]:
    fields = os.fsdecode(answer).split("\0")
    for scope, origin, entry in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        key, _, value = entry.partition("\n")
        if scope != "command":  # that is how we ask
            yield _Setting(origin.removeprefix("file:"), key, value)


def _leads_into_reach(setting: _Setting, top: str, aliases: set[str]) -> bool:
    key, value = setting.key, setting.value
    if _in_reach(os.path.join(top, setting.origin), top):
        return True
    if _INCLUDED.fullmatch(key):
        beside = os.path.dirname(os.path.join(top, setting.origin))
        return _in_reach(os.path.join(beside, os.path.expanduser(value)), top)
    if key == "core.hookspath":
        return value != "/dev/null" and _in_reach(os.path.join(top, os.path.expanduser(value)), top)
    if _PLACE.fullmatch(key):
        return _is_a_place_in_reach(value, top)
    if found := _INSTEAD.fullmatch(key):
        return _is_a_place_in_reach(found[1], top)
    if key in aliases:
        return value.startswith("!") and _runs_in_reach(value, top)
    return _PROGRAM.fullmatch(key) is not None and _runs_in_reach(value, top)


def _runs_in_reach(value: str, top: str) -> bool:
    """Whether a program setting runs something that commands can write, or what reads its orders from there."""
    text = value.removeprefix("!").strip()
    if text.lower() in ("", "true", "false", "yes", "no", "on", "off", "0", "1"):
        return False
    words = split_words(text)
    if not words:
        return True
    if runs_what_lies_around(words[0]) or (any(mark in text for mark in ";|&`$(\n") and value.startswith("!")):
        return True
    return any(_is_a_path_in_reach(word.rpartition("=")[2], top) for word in words)


def _is_a_path_in_reach(word: str, top: str) -> bool:
    path = os.path.expanduser(word)
    if path.startswith("/"):
        return path != "/dev/null" and _in_reach(path, top)
    return "/" in path and "://" not in path and not path.startswith("-")


def _is_a_place_in_reach(place: str, top: str) -> bool:
    if "::" in place:
        return True
    path = os.path.expanduser(place.removeprefix("file://"))
    is_remote = "://" in path or re.match(r"[^/]+:", path) is not None
    if is_remote or place == "." or ("/" not in path and not os.path.lexists(os.path.join(top, path))):
        return False
    return _in_reach(os.path.join(top, path), top)


def _hooks_in_reach(top: str, named: str | None) -> str | None:
    folders = [os.path.expanduser(named)] if named is not None else [os.path.join(one, "hooks") for one in _own(top)]
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith(".sample") and os.path.islink(path) and _in_reach(os.path.realpath(path), top):
                return f"the hook {name} leads to where commands can write"
    return None


def _in_reach(path: str, top: str) -> bool:
    """Whether commands can write there; what is closed to them in the folder of git apart."""
    real = os.path.realpath(path)
    if any(is_within(real, os.path.realpath(os.path.join(folder, name))) for folder in _own(top) for name in _CLOSED):
        return False
    return may_be_written(path, top)


def _own(top: str) -> list[str]:
    """The folders of git that belong to a repository: its own, and the common one of a linked worktree."""
    link = os.path.join(top, ".git")
    if not os.path.isfile(link):
        return [link if os.path.lexists(link) else top]
    own = os.path.join(top, _first_line(link).removeprefix("gitdir:").strip())
    common = _first_line(os.path.join(own, "commondir")).strip()
    return [own, os.path.normpath(os.path.join(own, common))] if common else [own]


def _first_line(path: str) -> str:
    try:
        with open_plain(path) as file:
            return os.fsdecode(file.readline(_LONGEST))
    except OSError:
        return ""
