"""The user's standing rules on commands: where they are kept, and what they say about a command.

Rules for everywhere are in `CODEX_HOME/rules/*.rules`, those of a project in `CODEX_HOME/project-rules`.
Nothing in a project itself is read, so no repository grants itself anything; both folders are closed to
commands (`docs/permissions.md`). Loaded only where there are rules, or where one is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from octavo.commands.powerful import why_never
from octavo.commands.readings import exact_commands
from octavo.commands.rules import Rule, Verdict, judge, read_rules, why_not_allowed
from octavo.config.trust import repository_root
from octavo.errors import OctavoError
from octavo.files.plain_file import open_plain
from octavo.files.private_file import replace_private_file
from octavo.files.programs import find_program
from octavo.tools.permitted_places import Place, repository_around, stays_in, works_in

EVERYWHERE, PROJECTS = "rules", "project-rules"
"""The two folders in `CODEX_HOME`."""
_OWN_FILE = "default.rules"
_MOST_BYTES = 1 << 20
_HEADER = "# Octavo keeps rules here that hold in the project "


class CannotRemember(OctavoError):
    """A rule was not kept."""


class RulesFile(NamedTuple):
    """A file of rules: the project that it is for (None: everywhere), its rules, and what in it is none."""

    path: str
    project: str | None
    rules: tuple[Rule, ...]
    problems: tuple[str, ...]


class Permissions:
    """The rules as their files are now. A file that changes is read anew."""

    def __init__(self, codex_home: str, environ: Mapping[str, str]) -> None:
        self._home, self._environ = codex_home, environ
        self._read: dict[str, tuple[tuple[int, int, int], RulesFile]] = {}
        self._places: dict[str, Place] = {}
        self._told: set[str] = set()

    def look(
        self, argv: Sequence[str], cwd: str, turn_cwd: str, *, git_is_closed: bool = True, is_alone: bool = True
    ) -> tuple[Verdict | None, str | None]:
        """What the rules say about a command that is to run in `cwd`, in a turn that works in `turn_cwd`.

        And where something that is allowed is asked about all the same, why.

        `git_is_closed` says that commands in the sandbox cannot change git's configuration, `is_alone` that no other
        command of the conversation runs.
        """
        place = self._place_of(turn_cwd)
        own = project_file(self._home, place.project)
        rules = [rule for file in self.files() if file.project is None or file.path == own for rule in file.rules]
        if not rules:
            return None, None
        found = judge(rules, argv, lambda program: self._is_outside(program, cwd))
        if found is None:
            return None, why_not_allowed(rules, argv)
        if found.decision != "allow":
            return found, None
        if not stays_in(place, argv, cwd):
            return None, "the command may leave the project, or its repository"
        if not is_alone and not works_in(turn_cwd, argv, cwd):
            return None, "another command still runs, which could put another folder in the place of that one"
        from octavo.tools.permitted_git import what_git_would_run  # few commands are allowed by a rule

        why = what_git_would_run(exact_commands(argv) or (), place.repository, is_closed=git_is_closed)
        return (found, None) if why is None else (None, why)

    def news(self) -> list[str]:
        """What is wrong with the files, a line each, once."""
        lines = [line for file in self.files() for line in file.problems if line not in self._told]
        self._told.update(lines)
        return lines

    def files(self) -> list[RulesFile]:
        """All files of rules, those for everywhere first."""
        return [self._file(path) for path in rules_files(self._home)]

    def project_of(self, cwd: str) -> str:
        """The project that a folder belongs to: its repository's main checkout, else the folder itself."""
        return self._place_of(cwd).project

    def _place_of(self, cwd: str) -> Place:
        """As it was when it was first looked at: what commands make of it later counts for nothing."""
        if cwd not in self._places:
            real = os.path.realpath(cwd)
            self._places[cwd] = Place(repository_root(cwd, self._environ) or real, repository_around(real))
        return self._places[cwd]

    def _file(self, path: str) -> RulesFile:
        try:
            status = os.stat(path)
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            stamp = (0, 0, 0)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, read_file(path))
        return known[1]

    def _is_outside(self, program: str, cwd: str) -> bool:
        """Whether the program that would run is one that no command can have put there."""
        folder, slash, name = program.rpartition("/")
        if slash:
            return folder.startswith("/") and find_program(name, folder, cwd) is not None
        path = self._environ.get("PATH", os.defpath)
        first = next((place for place in path.split(os.pathsep) if os.access(os.path.join(place, name), os.X_OK)), None)
        return first is not None and os.path.isabs(first) and find_program(name, first, cwd) is not None


def rules_files(codex_home: str) -> Iterator[str]:
    """The paths of all files of rules."""
    for folder in (EVERYWHERE, PROJECTS):
        place = os.path.join(codex_home, folder)
        try:
            names = sorted(os.listdir(place))
        except OSError:
            continue
        yield from (os.path.join(place, name) for name in names if name.endswith(".rules"))


def read_file(path: str) -> RulesFile:
    """Read one; what cannot be read is a problem of it."""
    try:
        with open_plain(path) as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ValueError("it is larger than 1 MiB")
        text = data.decode().removeprefix("\ufeff")
    except FileNotFoundError:
        return RulesFile(path, None, (), ())
    except (OSError, ValueError) as error:
        return RulesFile(path, None, (), (f"{path}: cannot be read, so it allows nothing: {error}",))
    rules, problems = read_rules(text)
    header = text.partition("\n")[0]
    project = header.removeprefix(_HEADER) if header.startswith(_HEADER) else None
    if os.path.basename(os.path.dirname(path)) == PROJECTS and project is None:
        return RulesFile(path, "", (), (f"{path}: names no project in its first line, so it is not read",))
    lines = [f"{path}:{one.line}: {one.text}; nothing that this file allows counts" for one in problems]
    return RulesFile(path, project, tuple(rules), tuple(lines))


def project_file(codex_home: str, project: str) -> str:
    """Where the rules of a project are kept."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", os.path.basename(project))[:40]
    digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:16]
    return os.path.join(codex_home, PROJECTS, f"{name}-{digest}.rules")


def remember(codex_home: str, project: str | None, prefix: Sequence[str], justification: str) -> None:
    """Keep a rule that allows commands with this beginning, in a project or everywhere. Raises `CannotRemember`."""
    if (why := why_never(prefix)) is not None:
        raise CannotRemember(f"not remembered: {why}")
    rule = Rule(tuple((word,) for word in prefix), "allow", justification)
    path = os.path.join(codex_home, EVERYWHERE, _OWN_FILE) if project is None else project_file(codex_home, project)
    header = "" if project is None else _HEADER + project + "\n"
    if "\n" in (project or ""):
        raise CannotRemember("not remembered: the project's path holds a line break")
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _append(path, header, rule)
    except OSError as error:
        raise CannotRemember(f"not remembered: {path}: {error.strerror}") from None


def forget(path: str, rule: Rule) -> None:
    """Take a rule out of its file, whose other lines stay as they are. Raises `CannotRemember`."""
    try:
        with open_plain(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            text = file.read().decode()
        if rule not in read_rules(text)[0]:
            raise CannotRemember(f"{path} was changed meanwhile; nothing was removed")
        end = rule.end + 1 if text[rule.end : rule.end + 1] == "\n" else rule.end
        replace_private_file(path, (text[: rule.start] + text[end:]).encode())
    except (OSError, ValueError) as error:
        raise CannotRemember(f"cannot change {path}: {error}") from None


def _append(path: str, header: str, rule: Rule) -> None:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    with open(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = file.read(_MOST_BYTES).decode("utf-8", "replace")
        if any(one.pattern == rule.pattern and one.decision == "allow" for one in read_rules(before)[0]):
            return
        start = header if not before else "" if before.endswith("\n") else "\n"
        file.write(f"{start}{rule.text}\n".encode())
