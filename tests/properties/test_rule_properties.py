"""No rule ever allows what a rule forbids, or what is too dangerous to be allowed for good."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from octavo.commands.powerful import why_never
from octavo.commands.readings import read_command
from octavo.commands.rule_text import read_calls
from octavo.commands.rules import Rule, judge, prefixes_to_remember, read_rules
from octavo.commands.safe import looks_dangerous, needs_no_question

WORDS = """git push reset rm -f -rf make ls sudo bash -c -lc env python3 npm run cd x --exec=y /usr/bin/git ./make
* $X 'a'b a\\b xargs touch"""
WORD = st.sampled_from(WORDS.split())
JOINT = st.sampled_from([" ", " && ", "; ", " | ", " > ", "\n", " & ", " $(", ")", "`", " || ", '"', "'"])
LINE = st.lists(st.tuples(WORD, JOINT), max_size=8).map(lambda parts: "".join(a + b for a, b in parts))
ARGV = st.one_of(
    st.lists(WORD, min_size=1, max_size=5),
    LINE.map(lambda line: ["bash", "-lc", line]),
    LINE.map(lambda line: ["/bin/sh", "-c", line]),
)
PATTERN = st.lists(st.lists(WORD, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)
RULE = st.builds(Rule, PATTERN, st.sampled_from(["allow", "prompt", "forbidden"]))


@given(st.lists(RULE, max_size=5), ARGV)
@example([Rule((("bash",),))], ["bash", "-lc", "rm -rf x"])
def test_nothing_is_allowed_that_is_forbidden_or_dangerous(rules: list[Rule], argv: list[str]) -> None:
    found = judge(rules, argv)
    if found is None or found.decision != "allow":
        return
    assert not looks_dangerous(argv)
    exact = read_command(argv).exact
    assert exact is not None
    for words in exact:
        assert not looks_dangerous(words)
        assert why_never(words) is None or needs_no_question(words)
        for rule in rules:
            begins = len(words) >= len(rule.pattern) and all(
                word in wanted for word, wanted in zip(words, rule.pattern, strict=False)
            )
            assert rule.decision == "allow" or not begins


@given(st.lists(RULE, max_size=4), RULE, ARGV)
def test_a_stricter_rule_never_makes_anything_looser(rules: list[Rule], more: Rule, argv: list[str]) -> None:
    strictness = {None: 1, "allow": 0, "prompt": 2, "forbidden": 3}
    before, after = judge(rules, argv), judge([*rules, more], argv)
    was, now = (strictness[None if one is None else one.decision] for one in (before, after))
    assert more.decision == "allow" or now >= was
    assert more.decision != "allow" or now >= was or was == 1


@given(ARGV)
def test_what_is_offered_to_be_remembered_would_be_allowed(argv: list[str]) -> None:
    for prefix in prefixes_to_remember(argv):
        found = judge([Rule(tuple((word,) for word in prefix))], argv)
        assert found is not None
        assert found.decision == "allow"


@given(st.text())
def test_any_text_is_read_without_a_crash(text: str) -> None:
    read_calls(text)
    read_rules(text)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.text())
def test_a_rule_is_read_as_it_was_written(words: list[str], why: str) -> None:
    rule = Rule(tuple((word,) for word in words), "prompt", why)
    if any("\ud800" <= char <= "\udfff" for char in "".join([*words, why])):
        return
    (again,), problems = read_rules(f"# first\n{rule.text}\n")
    assert problems == []
    assert (again.pattern, again.justification) == (rule.pattern, why)
