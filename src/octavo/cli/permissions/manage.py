"""`octavo permissions list`, `check` and `remove` (`docs/permissions.md`)."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator

from octavo.cli import start
from octavo.cli.visible import one_line, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.commands.rules import Rule, rule_words
from octavo.config.home import find_home
from octavo.errors import UsageError
from octavo.protocol.json_text import readable_json
from octavo.tools.permissions import Permissions, RulesFile, forget


def list_all(invocation: Invocation) -> int:
    """A line for each rule: id, decision, where it holds, the words, why; with tabs between."""
    permissions = _permissions()
    rows = list(_rows(permissions))
    if invocation.last.has("json"):
        shown = [
            {
                "id": _id(file, rule),
                "decision": rule.decision,
                "pattern": rule.pattern,
                "project": file.project,
                "justification": rule.justification,
                "file": file.path,
                "line": rule.line,
            }
            for file, rule in rows
        ]
        sys.stdout.write(readable_json(shown))
    else:
        for file, rule in rows:
            cells = (_id(file, rule), rule.decision, _where(file), rule_words(rule), rule.justification or "")
            sys.stdout.write("\t".join(map(one_line, cells)) + "\n")
    for line in permissions.news():
        sys.stderr.write(f"Warning: {one_line(line)}\n")
    if not rows:
        sys.stderr.write("No rules on commands.\n")
    return 0


def check(invocation: Invocation) -> int:
    """What the rules say about the line, were it run in this folder."""
    permissions, line, cwd = _permissions(), invocation.last.text("COMMAND") or "", start.working_directory()
    found, held_back = permissions.look(("bash", "-lc", line), cwd, cwd)
    for problem in permissions.news():
        sys.stderr.write(f"Warning: {one_line(problem)}\n")
    if found is None:
        why = f" (what a rule allows does not count here: {one_line(held_back)})" if held_back else ""
        sys.stdout.write(f"no rule: the approval policy decides{why}\n")
        return 0
    file = next(one for one, rule in _rows(permissions) if rule is found.rule)
    doubt = "" if found.is_certain else " (it may match; that is only known when the command runs)"
    why = f": {found.rule.justification}" if found.rule.justification else ""
    place = f"{with_tilde(file.path)}:{found.rule.line}"
    sys.stdout.write(one_line(f"{found.decision}: {rule_words(found.rule)}{why} [{place}]{doubt}") + "\n")
    return 0


def remove(invocation: Invocation) -> int:
    """Remove one rule from its file."""
    wanted = invocation.last.text("ID") or ""
    for file, rule in _rows(_permissions()):
        if _id(file, rule) == wanted:
            forget(file.path, rule)
            sys.stdout.write(f"Removed: {one_line(rule_words(rule))} ({rule.decision}, {one_line(_where(file))})\n")
            return 0
    raise UsageError(f"there is no rule {wanted!r}; octavo permissions list names them all")


def _permissions() -> Permissions:
    return Permissions(find_home(os.environ), dict(os.environ))


def _rows(permissions: Permissions) -> Iterator[tuple[RulesFile, Rule]]:
    return ((file, rule) for file in permissions.files() for rule in file.rules)


def _id(file: RulesFile, rule: Rule) -> str:
    return hashlib.sha256(f"{file.path}\0{rule.text}".encode("utf-8", "replace")).hexdigest()[:8]


def _where(file: RulesFile) -> str:
    return "everywhere" if file.project is None else with_tilde(file.project)
