"""Which hooks there are: those of the user, and those of a project that the user trusted one by one (`docs/hooks.md`).

The user's stand in `CODEX_HOME/hooks.json` and under `[hooks]`; a project's in `.codex/hooks.json` of
its folders, which are looked at in trusted projects only.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from octavo.errors import OctavoError
from octavo.files.plain_file import open_plain
from octavo.files.private_file import replace_private_file
from octavo.protocol.json_text import encode_json

FILE, TRUST_FILE = "hooks.json", "hooks-trust.json"
RARER = ("PermissionRequest", "PreCompact", "PostCompact", "SubagentStart", "SubagentStop", "Interrupt", "SessionEnd")
EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", *RARER)
"""What hooks are run for here."""
DEFAULT_TIMEOUT_S = 60.0
_LONGEST_S = 3600.0
_MOST_BYTES = 1 << 20


class Hook(msgspec.Struct, frozen=True):
    """A program for an event: a line of shell, for tools that `matcher` fits (None: all), at most `timeout` seconds.

    `source` is the file that names it, `project` the project whose hook it is, None for the user's own.
    """

    event: str
    matcher: str | None
    command: str
    timeout: float
    source: str
    project: str | None = None

    @property
    def id(self) -> str:
        """What the user trusts: this very hook, in this project."""
        parts = (self.project or "", self.event, self.matcher or "", self.command, f"{self.timeout:g}")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def fits(self, *names: str) -> bool:
        """Whether it is for a tool that has one of these names."""
        return self.matcher in (None, "", "*") or any(re.search(self.matcher or "", name) for name in names)


class Hooks(msgspec.Struct, frozen=True):
    """All hooks: those that run, those that wait for the user's trust, and what is wrong with the files."""

    active: tuple[Hook, ...]
    untrusted: tuple[Hook, ...]
    problems: tuple[str, ...]


class CannotTrust(OctavoError):
    """The user's trust was not recorded."""


def read_hooks(codex_home: str, table: Mapping[str, Any], folders: Sequence[str]) -> Hooks:
    """The user's hooks, with `table` as `[hooks]`, and those of the project in `folders`, from its top down."""
    problems: list[str] = []
    own = os.path.join(codex_home, FILE)
    active = list(_of_table(table, "config.toml", None, problems))
    active += _of_file(own, None, problems)
    known, trusted = {os.path.realpath(own)}, trusted_ids(codex_home)
    untrusted: list[Hook] = []
    for folder in folders:
        path = os.path.join(folder, ".codex", FILE)
        if os.path.realpath(path) in known:
            continue
        known.add(os.path.realpath(path))
        for hook in _of_file(path, folders[0], problems):
            (active if hook.id in trusted else untrusted).append(hook)
    return Hooks(tuple(active), tuple(untrusted), tuple(problems))


def trusted_ids(codex_home: str) -> frozenset[str]:
    """The hooks of projects that the user trusted."""
    try:
        with open_plain(os.path.join(codex_home, TRUST_FILE)) as file:
            return frozenset(msgspec.json.decode(file.read(_MOST_BYTES), type=_Record).trusted)
    except (OSError, ValueError, RecursionError):  # nothing is trusted by a record that cannot be read
        return frozenset()


def set_trust(codex_home: str, hook_id: str, *, trusted: bool) -> None:
    """Trust a hook, or trust it no more. Raises `CannotTrust`."""
    known = trusted_ids(codex_home)
    changed = known | {hook_id} if trusted else known - {hook_id}
    path = os.path.join(codex_home, TRUST_FILE)
    try:
        os.makedirs(codex_home, exist_ok=True)
        replace_private_file(path, encode_json(_Record(sorted(changed))) + b"\n")
    except OSError as error:
        raise CannotTrust(f"cannot write {path}: {error.strerror}") from None


class _Record(msgspec.Struct):
    trusted: list[str]


def _of_file(path: str, project: str | None, problems: list[str]) -> list[Hook]:
    try:
        with open_plain(path) as file:
            data = file.read(_MOST_BYTES + 1)
        content = msgspec.json.decode(data) if len(data) <= _MOST_BYTES else None
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError, RecursionError) as error:  # the last where it is nested very deeply
        problems.append(f"{path}: cannot be read, so none of its hooks run: {error}")
        return []
    table = content.get("hooks") if isinstance(content, dict) else None
    if not isinstance(table, dict):
        problems.append(f'{path}: expected an object with "hooks", so none of its hooks run')
        return []
    return list(_of_table(table, path, project, problems))


def _of_table(table: Mapping[str, Any], source: str, project: str | None, problems: list[str]) -> Iterator[Hook]:
    for event, groups in table.items():
        if not isinstance(groups, list):
            continue  # a setting of later releases beside the events
        if event not in EVENTS:
            problems.append(f"{source}: hooks for {event} are not run here")
            continue
        for group in groups:
            handlers = group.get("hooks") if isinstance(group, dict) else None
            if not isinstance(handlers, list):
                problems.append(f'{source}: an entry of {event} has no list "hooks", so it is not run')
                continue
            for handler in handlers:
                hook = _hook(event, group.get("matcher"), handler, source, project)
                if isinstance(hook, str):
                    problems.append(f"{source}: a hook for {event} is not run: {hook}")
                else:
                    yield hook


def _hook(event: str, matcher: Any, handler: Any, source: str, project: str | None) -> Hook | str:
    """The hook, or what is wrong with it."""
    if not isinstance(handler, dict) or handler.get("type", "command") != "command":
        return "only those of type command are known"
    command, timeout = handler.get("command"), handler.get("timeout", DEFAULT_TIMEOUT_S)
    if not isinstance(command, str) or not command.strip() or "\0" in command:
        return "its command is no text"
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout <= _LONGEST_S:
        return "its timeout is no number of seconds, an hour at most"
    if matcher is not None and not isinstance(matcher, str):
        return "its matcher is no text"
    try:
        re.compile(matcher or "")
    except (re.error, OverflowError, RecursionError) as error:
        return f"its matcher is no regular expression: {error}"
    return Hook(event, matcher, command, float(timeout), source, project)
