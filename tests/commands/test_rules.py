"""Rules on commands: what is read of a file, and what the rules say."""

from __future__ import annotations

import pytest

from octavo.commands.rule_text import quoted, read_calls
from octavo.commands.rules import Rule, judge, prefixes_to_remember, read_rules


def rules(text: str) -> list[Rule]:
    found, problems = read_rules(text)
    assert problems == []
    return found


def says(text: str, *argv: str) -> str | None:
    found = judge(rules(text), argv)
    return None if found is None else found.decision


def script(text: str, line: str) -> str | None:
    return says(text, "bash", "-lc", line)


# --- files ---------------------------------------------------------------------------------


def test_a_whole_file_is_read() -> None:
    text = '''# what I allowed
prefix_rule(
    pattern = ["git", ["push", 'fetch']],  # alternatives
    decision = "prompt",
    justification = """me,
today""",
    match = [["git", "push"], "git fetch 'a b'"],
    not_match = ["git status"],
)
prefix_rule(["ls"])
network_rule(host="x", protocol="https", decision="allow")
'''
    first, second = rules(text)
    assert first.pattern == (("git",), ("push", "fetch"))
    assert (first.decision, first.justification, first.line) == ("prompt", "me,\ntoday", 2)
    assert (second.pattern, second.decision, second.line) == ((("ls",),), "allow", 10)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("for x in y: prefix_rule(pattern=[x])", 1, "only calls with literal arguments are read, not `for`"),
        ("\nx = ['a']\n", 2, "not `x`"),
        ("prefix_rule(pattern=X)", 1, "only texts and lists of them are read, not X"),
        ("prefix_rule(pattern=['a'] + ['b'])", 1, "unexpected '+'"),
        ("prefix_rule(pattern=['a']", 1, "the file ends within a call"),
        ("prefix_rule(pattern=['a', pattern=['b'])", 1, "not pattern"),
        ("prefix_rule(pattern=[])", 1, "a list of words that is not empty"),
        ("prefix_rule(pattern=['a', []])", 1, "a word or a list of words"),
        ("prefix_rule(pattern=['a'], decision='maybe')", 1, "allow, prompt or forbidden, not maybe"),
        ("prefix_rule(pattern=['a'], decision=['allow'])", 1, "allow, prompt or forbidden, not ['allow']"),
        ("prefix_rule(pattern=['a'], justification=['x'])", 1, "has to be a text"),
        ("prefix_rule(pattern=['a'], color='red')", 1, "no argument color"),
        ("prefix_rule(pattern=['a'], match=['b'])", 1, "does not match its example `b`"),
        ("prefix_rule(pattern=['a'], not_match=[['a', 'b']])", 1, "matches its example `a b`"),
        ("prefix_rule(pattern=['a'], match='b')", 1, "a list of commands"),
        ("load('x', 'y')", 1, "`load` is no rule"),
        ("prefix_rule(pattern=[" + "[" * 99 + "]" * 99 + "])", 1, "only texts and lists"),
    ],
)
def test_what_is_no_literal_rule_is_a_problem_with_its_line(text: str, line: int, problem: str) -> None:
    _, problems = read_rules(text)
    assert problems[0].line == line
    assert problem in problems[0].text


def test_a_file_with_a_problem_allows_nothing_and_forbids_what_it_can() -> None:
    text = 'prefix_rule(pattern=["a"])\nx = 1\nprefix_rule(pattern=["b"], decision="forbidden")\n'
    found, problems = read_rules(text)
    assert [rule.decision for rule in found] == ["forbidden"]
    assert len(problems) == 1


@pytest.mark.parametrize("value", ["a", 'say "x"', "back\\slash", "line\nbreak", "\x00\x1b", "\u202e", "é \U0001f600"])
def test_what_is_written_is_read_again(value: str) -> None:
    rule = Rule(((value,), ("x", value)), "prompt", value)
    (again,) = rules(rule.text + "\n")
    assert (again.pattern, again.decision, again.justification) == (rule.pattern, rule.decision, value)
    calls, _ = read_calls(f"f({quoted(value)})")
    assert calls[0].arguments == {0: value}
    assert "\n" not in rule.text


# --- what is allowed -----------------------------------------------------------------------

PUSH = 'prefix_rule(pattern=["git", "push"])\n'


@pytest.mark.parametrize(
    "line", ["git push", "git push origin main", "git status && git push", "ls; git push 'a b'", "cd x && git push"]
)
def test_what_begins_so_is_allowed(line: str) -> None:
    assert script(PUSH, line) == "allow"


def test_words_are_allowed_without_a_shell_too() -> None:
    assert says(PUSH, "git", "push", "origin") == "allow"
    assert says(PUSH, "/bin/bash", "-lc", "git push") == "allow"
    assert says(PUSH, "bash", "-c", "git push") == "allow"


@pytest.mark.parametrize(
    "line",
    [
        "git pull",
        "git -C x push",
        "git push; make",
        "git push > f",
        "git push $X",
        "git push $(x)",
        "git push &",
        "X=1 git push",
        "(git push)",
        "git push *",
        "git push --receive-pack=evil",
        "git push --rec=evil",
        "git push ext::sh",
        "/tmp/git push",
        "./git push",
        "sudo git push",
        "env git push",
        "git push && rm -f x",
        "git push && git reset x",
        "git\\\npush",
        "",
    ],
)
def test_anything_else_beside_it_is_not(line: str) -> None:
    assert script(PUSH, line) is None


@pytest.mark.parametrize(
    "words",
    [
        ["bash"],
        ["bash", "-lc", "x"],
        ["python3.11"],
        ["sudo"],
        ["env"],
        ["rm"],
        ["rm", "-f"],
        ["git", "reset"],
        ["find"],
        ["xargs"],
        ["node"],
        ["./tool"],
        ["/usr/bin/perl"],
        ["git"],
        ["git", "config"],
        ["git", "bisect", "run"],
        ["git", "grep", "-Ovim", "x"],
        ["gdbus", "call"],
        ["git", "rebase", "-xmake"],
        ["git", "rebase", "-vx", "make"],
        ["git", "rebase", "--continue"],
        ["git", "rebase", "--sk"],
        ["git", "grep", "-nOvim", "x"],
        ["git", "clone", "--templ=t", "https://host/x"],
        ["git", "clone", "-ccore.hooksPath=t", "https://host/x"],
        ["git", "merge-index", "./x", "-a"],
        ["tmux"],
        ["uv", "run", "python"],
        ["bundle", "exec", "sh"],
        ["npm", "exec", "./tool"],
        ["uv", "run", "x.py"],
        ["/lib64/ld-linux-x86-64.so.2"],
    ],
)
def test_nothing_allows_what_is_too_powerful_or_dangerous(words: list[str]) -> None:
    text = Rule(tuple((word,) for word in words)).text
    dangerous = [*words, *(["reset"] if words == ["git"] else ["-c", "x"])]
    assert says(text, *dangerous) is None


def test_a_program_that_a_command_may_have_put_there_is_not_allowed() -> None:
    assert judge(rules(PUSH), ("git", "push"), lambda program: False) is None


# --- what is asked about or forbidden ----------------------------------------------------------

NEVER = 'prefix_rule(pattern=["git", "push"], decision="forbidden")\n'


@pytest.mark.parametrize(
    "line",
    [
        "git push",
        "/usr/bin/git push --force",
        "sudo git push",
        "sudo -u x git push",
        "env A=1 git push",
        "A=1 git push",
        "ls && (git push)",
        "if true; then git push; fi",
        "echo $(git push)",
        "echo `git push`",
        "bash -c 'git push'",
        "sh -c'git push'",
        "sudo bash -lc 'ls; git push'",
        "timeout 5 git push",
        "git push > f &",
        "gi't' push",
        'g"i"t push',
        "g\\it push",
        "f() { git push; }; f",
        "bash <<EOF\ngit push\nEOF",
        "eval 'git push'",
        "bash <<< 'git push'",
        "xargs git push < x",
        "find . -exec git push ';'",
        "ssh host 'git push'",
        "git -C x push",
        "git --no-pager -c a=b --git-dir x push",
        "uv run git push",
        "bundle exec git push",
        "hyperfine 'git push'",
    ],
)
def test_what_is_forbidden_is_found_wherever_it_runs(line: str) -> None:
    assert script(NEVER, line) == "forbidden"


@pytest.mark.parametrize("line", ["$X push", "git $X", 'git "$X"', "git pu*", "git push (", "$(echo git) push"])
def test_what_may_be_forbidden_is_asked_about(line: str) -> None:
    found = judge(rules(NEVER), ("bash", "-lc", line))
    assert found is not None
    assert (found.decision, found.is_certain) in (("prompt", False), ("forbidden", True))


@pytest.mark.parametrize(
    "line",
    [
        "git status",
        "git -C push status",
        "uv pip git push",
        "echo git push",
        "echo 'git push'",
        "grep 'git push' x",
        "pushgit",
    ],
)
def test_what_only_speaks_of_it_is_not(line: str) -> None:
    assert script(NEVER, line) is None


def test_the_strictest_rule_wins() -> None:
    ask = 'prefix_rule(pattern=["git"], decision="prompt")\n'
    assert script(PUSH + ask, "git push") == "prompt"
    assert script(PUSH + ask + NEVER, "git push") == "forbidden"
    assert script(ask + PUSH, "git pull") == "prompt"


# --- what may be remembered --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "prefixes"),
    [
        ("git push origin main", [("git", "push"), ("git", "push", "origin", "main")]),
        ("npm run build:all", [("npm", "run", "build:all")]),
        ("touch a.txt", [("touch",), ("touch", "a.txt")]),
        ("touch made one.txt", [("touch",), ("touch", "made", "one.txt")]),
        ("go test ./...", [("go", "test"), ("go", "test", "./...")]),
        ("gh pr view 12", [("gh", "pr", "view"), ("gh", "pr", "view", "12")]),
        ("make", [("make",)]),
        ("cd sub && make test", [("make", "test")]),
        ("git push && make", []),
        ("python3 x.py", []),
        ("sudo ls", []),
        ("rm -f x", []),
        ("make > f", []),
        ("./build", []),
        ("git --version", []),
        ("uv run pytest x", [("uv", "run", "pytest"), ("uv", "run", "pytest", "x")]),
        ("bundle exec rspec", [("bundle", "exec", "rspec")]),
        ("uv run python x", []),
        ("bundle exec", []),
    ],
)
def test_the_beginnings_that_are_offered(line: str, prefixes: list[tuple[str, ...]]) -> None:
    assert prefixes_to_remember(("bash", "-lc", line)) == prefixes
