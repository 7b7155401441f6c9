"""Rules on commands: what may run without a question, what is asked about, what is forbidden (`docs/permissions.md`).

The strictest rule wins. What allows has to match word for word everything that runs; what forbids or
asks also matches what may run, and programs by their name alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from octavo.commands.powerful import needs_every_word, why_never
from octavo.commands.readings import Reading, Words, exact_commands, read_command, shell_script
from octavo.commands.rule_text import Call, Problem, quoted, read_calls
from octavo.commands.safe import looks_dangerous, needs_no_question
from octavo.commands.shell_words import split_words
from octavo.errors import OctavoError

Decision = Literal["allow", "prompt", "forbidden"]
_STRICTNESS: dict[str, int] = {"allow": 0, "prompt": 1, "forbidden": 2}
_ARGUMENTS = ("pattern", "decision", "match", "not_match", "justification")
_SUBCOMMANDS = {
    **dict.fromkeys(
        (
            "git",
            "cargo",
            "make",
            "pip",
            "pip3",
            "brew",
            "apt",
            "apt-get",
            "mvn",
            "gradle",
            "rake",
            "terraform",
            "dotnet",
        ),
        1,
    ),
    **dict.fromkeys(("npm", "pnpm", "yarn", "gh", "go", "uv", "poetry", "bundle", "pipenv", "pdm", "hatch", "rye"), 2),
}
"""How many words behind the program's name say what it does, where it is more than one program in one."""
_OF_OTHERS = ("network_rule", "host_executable")
"""Calls that files of later releases hold and that say nothing about commands here."""


class Rule(msgspec.Struct, frozen=True):
    """A rule for commands that begin with these words, each one of several; `line` is where it stands."""

    pattern: tuple[tuple[str, ...], ...]
    decision: Decision = "allow"
    justification: str | None = None
    line: int = 0
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The call that a rules file holds."""
        words = ", ".join(
            quoted(one[0]) if len(one) == 1 else f"[{', '.join(map(quoted, one))}]" for one in self.pattern
        )
        why = "" if self.justification is None else f", justification={quoted(self.justification)}"
        return f'prefix_rule(pattern=[{words}], decision="{self.decision}"{why})'


def rule_words(rule: Rule) -> str:
    """The beginning of the commands that it is for, as people write it; one of several words as `[one|other]`."""
    from octavo.commands.quoting import quote_command

    parts = (one[0] if len(one) == 1 else f"[{'|'.join(one)}]" for one in rule.pattern)
    return " ".join(quote_command((part,)) if not part.startswith("[") else part for part in parts)


class Verdict(NamedTuple):
    """What the rules say: the decision and the rule behind it; `is_certain` is false where it only may apply."""

    decision: Decision
    rule: Rule
    is_certain: bool = True


class BadRule(OctavoError):
    """A call that is no rule."""


def read_rules(text: str) -> tuple[list[Rule], list[Problem]]:
    """The rules of a file, and what in it is none.

    In a file that holds a problem nothing is allowed: what could not be read may have forbidden it.
    """
    calls, problems = read_calls(text)
    rules: list[Rule] = []
    for call in calls:
        if call.name in _OF_OTHERS:
            continue
        try:
            rules.append(_rule(call))
        except BadRule as error:
            problems.append(Problem(call.line, str(error)))
    if problems:
        rules = [rule for rule in rules if rule.decision != "allow"]
    return rules, sorted(problems)


def judge(
    rules: Iterable[Rule], argv: Sequence[str], is_trusted: Callable[[str], bool] = lambda program: True
) -> Verdict | None:
    """What the rules say about a command; None where none says anything.

    `is_trusted` tells whether a program is one that no command can have put there.
    """
    every = list(rules)
    reading = read_command(argv)
    strict = [found for rule in every if rule.decision != "allow" and (found := _may_apply(rule, reading))]
    if strict:
        return max(strict, key=lambda found: (_STRICTNESS[found.decision], found.is_certain))
    return _allowed([rule for rule in every if rule.decision == "allow"], argv, reading, is_trusted)


def why_not_allowed(rules: Iterable[Rule], argv: Sequence[str]) -> str | None:
    """Why a rule that allows, and that a command begins like, does not count for it; None where there is no such."""
    allowing = [rule for rule in rules if rule.decision == "allow"]
    for words in read_command(argv).exact or ():
        if not any(_matches(rule, words, exactly=True) for rule in allowing):
            continue
        if (why := why_never(words)) is not None:
            return why
        if needs_every_word(words) and not any(_covers(rule, words) for rule in allowing):
            name = words[0].rpartition("/")[2]
            if name == "git":
                name = f"git {words[1]}"
            return f"{name} writes, fetches or sends what it is told to, so the rule has to have all words"
    return None


def matching(rules: Iterable[Rule], words: Sequence[str]) -> list[tuple[Rule, list[str]]]:
    """Each rule that matches these very words, with the words that its pattern covers."""
    return [(rule, list(words[: len(rule.pattern)])) for rule in rules if _matches(rule, words, exactly=True)]


def strictest(decisions: Iterable[Decision]) -> Decision | None:
    """The one that wins."""
    return max(decisions, key=lambda one: _STRICTNESS[one], default=None)


def prefixes_to_remember(argv: Sequence[str]) -> list[tuple[str, ...]]:
    """The beginnings of a command that a standing permission may be given for: the shortest one that makes sense,
    then all of its words.

    None for a script of several commands of which more than one would be asked about.
    """
    whole = _asked_about(argv)
    if whole is None:
        return []
    count = _SUBCOMMANDS.get(whole[0].rpartition("/")[2], 0)
    words = itertools.takewhile(lambda word: re.fullmatch(r"[a-z][a-z0-9:_-]*", word), whole[1 : 1 + count])
    short = (whole[0], *words)
    if needs_every_word(whole):
        return [whole]
    if count and len(short) == 1 and len(whole) > 1:
        return [whole]  # the program alone would allow far more than what was asked
    return [short] if short == whole else [short, whole]


def may_be_remembered(prefix: Sequence[str], argv: Sequence[str]) -> bool:
    """Whether a command begins so, as far as it would be asked about, and a standing permission may be given."""
    whole = _asked_about(argv)
    if whole is None or not prefix or tuple(prefix) != whole[: len(prefix)]:
        return False
    return len(prefix) == len(whole) or not needs_every_word(whole)


def _asked_about(argv: Sequence[str]) -> tuple[str, ...] | None:
    """The one command of all that run that a standing permission could be given for."""
    exact = exact_commands(argv)
    if exact is None or looks_dangerous(argv):
        return None
    asked = [words for words in exact if len(exact) == 1 or not needs_no_question(words)]
    return tuple(asked[0]) if len(asked) == 1 and why_never(asked[0]) is None else None


def _may_apply(rule: Rule, reading: Reading) -> Verdict | None:
    answers = {_matches(rule, words) for words in reading.possible}
    if True in answers:
        return Verdict(rule.decision, rule)
    is_named = any(name in text for text in reading.unread for name in rule.pattern[0])
    return Verdict("prompt", rule, is_certain=False) if None in answers or is_named else None


def _matches(rule: Rule, words: Words, *, exactly: bool = False) -> bool | None:
    """Whether a command begins as the rule says; None where that is only known when it runs."""
    for place, wanted in enumerate(rule.pattern):
        if place >= len(words):
            return False
        word = words[place]
        if word is None:
            return None
        if word not in wanted and (exactly or place or word.rpartition("/")[2] not in wanted):
            return False
    return True


def _allowed(
    rules: list[Rule], argv: Sequence[str], reading: Reading, is_trusted: Callable[[str], bool]
) -> Verdict | None:
    if not rules or reading.exact is None or looks_dangerous(argv):
        return None
    used: Rule | None = None
    for words in reading.exact:
        rule = next((one for one in rules if _covers(one, words)), None)
        if rule is not None and why_never(words) is None and not looks_dangerous(words) and is_trusted(words[0]):
            used = rule
        elif not (shell_script(argv) is not None and needs_no_question(words)):
            return None
    return None if used is None else Verdict("allow", used)


def _covers(rule: Rule, words: Sequence[str]) -> bool:
    """Whether a rule that allows is about this command."""
    if needs_every_word(words) and len(rule.pattern) != len(words):
        return False
    return _matches(rule, words, exactly=True) is True


def _rule(call: Call) -> Rule:
    if call.name != "prefix_rule":
        raise BadRule(f"`{call.name}` is no rule that is known here")
    given = {_ARGUMENTS[key] if isinstance(key, int) and key < 2 else key: one for key, one in call.arguments.items()}
    unknown = [str(key) for key in given if key not in _ARGUMENTS]
    if unknown:
        raise BadRule(f"`prefix_rule` has no argument {unknown[0]}")
    pattern = _pattern(given.get("pattern"))
    decision, why = given.get("decision", "allow"), given.get("justification")
    if decision not in tuple(_STRICTNESS):
        raise BadRule(f"`decision` is allow, prompt or forbidden, not {decision}")
    if why is not None and not isinstance(why, str):
        raise BadRule("`justification` has to be a text")
    rule = Rule(pattern, decision, why, call.line, call.start, call.end)
    for key, wanted in (("match", True), ("not_match", False)):
        for words in _examples(given.get(key, []), key):
            if _matches(rule, words, exactly=True) is not wanted:
                shown = " ".join(words)
                raise BadRule(f"the rule {'does not match' if wanted else 'matches'} its example `{shown}`")
    return rule


def _pattern(given: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(given, list) or not given:
        raise BadRule("`pattern` has to be a list of words that is not empty")
    pattern = []
    for one in given:
        words = [one] if isinstance(one, str) else one
        if not words or not all(isinstance(word, str) for word in words):
            raise BadRule("each part of `pattern` is a word or a list of words")
        pattern.append(tuple(words))
    return tuple(pattern)


def _examples(given: Any, key: str) -> list[list[str]]:
    if not isinstance(given, list):
        raise BadRule(f"`{key}` has to be a list of commands")
    examples = []
    for one in given:
        words = split_words(one) if isinstance(one, str) else one
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise BadRule(f"each command in `{key}` is a text or a list of words")
        examples.append(words)
    return examples
