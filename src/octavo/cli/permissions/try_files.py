"""`octavo execpolicy check`: which rules of some files match a command (`docs/permissions.md`)."""

from __future__ import annotations

import sys

import msgspec

from octavo.cli.words.invocation import Invocation
from octavo.commands.rules import Rule, matching, read_rules, strictest
from octavo.errors import OctavoError, UsageError
from octavo.files.plain_file import open_regular
from octavo.protocol.json_text import encode_json


class CannotRead(OctavoError):
    """A file of rules is not there or holds what is none."""


def check(invocation: Invocation) -> int:
    """The rules that match these very words, and the strictest of their decisions, as one JSON object."""
    words = invocation.last.texts("COMMAND")
    if not words:
        raise UsageError("the following required arguments were not provided:\n  <COMMAND>...")
    rules = [rule for path in invocation.last.texts("rules") for rule in _read(path)]
    found = matching(rules, words)
    shown: dict[str, object] = {"matchedRules": [{"prefixRuleMatch": _shown(rule, part)} for rule, part in found]}
    if (decision := strictest(rule.decision for rule, _ in found)) is not None:
        shown["decision"] = decision
    text = encode_json(shown)
    if invocation.last.has("pretty"):
        text = msgspec.json.format(text, indent=2)
    sys.stdout.write(text.decode() + "\n")
    return 0


def _shown(rule: Rule, prefix: list[str]) -> dict[str, object]:
    why = {} if rule.justification is None else {"justification": rule.justification}
    return {"matchedPrefix": prefix, "decision": rule.decision, **why}


def _read(path: str) -> list[Rule]:
    try:
        with open_regular(path) as file:
            text = file.read().decode()
    except (OSError, ValueError) as error:
        raise CannotRead(f"failed to read policy at {path}: {error}") from None
    rules, problems = read_rules(text)
    for problem in problems:
        raise CannotRead(f"failed to parse policy at {path}:{problem.line}: {problem.text}")
    return rules
