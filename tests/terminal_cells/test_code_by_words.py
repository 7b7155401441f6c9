"""Code in answers by its words, where a theme tells them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.frontends.terminal.cells.agent import AgentMessage
from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.chat.message import Message
from octavo.frontends.terminal.text.code import code_spans, language_of, state_after
from octavo.frontends.terminal.text.styled import Line

WORDS, PLAIN = Palette(reads_code=True), Palette()


def kinds(text: str, language: str, state: str = "") -> list[tuple[str, str]]:
    return [(span.text, span.style.roles[0]) for span in code_spans(text, language, state)[0] if span.style.roles]


@pytest.mark.parametrize(
    ("info", "text", "expected"),
    [
        (
            "python",
            "def f(a=1): return 'x' # why",
            "keyword:def operator:= number:1 operator:: keyword:return string:'x' comment:# why",
        ),
        ("ts", "const a = `x` // y", "keyword:const operator:= string:`x` comment:// y"),
        ("rust", "fn f<'a>(c: char) { 'x' }", "keyword:fn operator:< operator:> operator:: keyword:char string:'x'"),
        ("go", 'func main() { /* x */ "a" }', 'keyword:func comment:/* x */ string:"a"'),
        ("SQL", "Select 'a' -- b", "keyword:Select string:'a' comment:-- b"),
        ("sh", 'echo "$a#b" # c', 'keyword:echo string:"$a#b" comment:# c'),
        ("json", '{"a": true}', 'string:"a" operator:: keyword:true'),
        ("toml", "a = 1 # b", "operator:= number:1 comment:# b"),
        ("diff", "-old", "removed:-old"),
        ("html", "<a> <!-- b -->", "operator:< operator:> comment:<!-- b -->"),
    ],
)
def test_words_are_told_apart_by_their_looks(info: str, text: str, expected: str) -> None:
    assert " ".join(f"{role}:{word}" for word, role in kinds(text, language_of(info))) == expected


def test_what_reaches_over_lines_is_followed() -> None:
    lines = ["x = '''one", "def two", "three''' if x"]
    state, found = "", []
    for text in lines:
        found.append(kinds(text, "python", state))
        state = state_after(text, "python", state)
    assert found[1] == [("def two", "string")]
    assert found[2] == [("three'''", "string"), ("if", "keyword")]
    assert state == ""
    assert state_after("/* a */ b /* c", "c", "") == "/*"
    assert state_after("d */ e", "c", "/*") == ""


@pytest.mark.parametrize("info", ["", "text", "nothing known", "{.python}"])
def test_a_language_that_nobody_knows_is_plain(info: str) -> None:
    assert language_of(info) == ""
    assert language_of("python {.numbers}") == language_of("Py") == language_of("python,ignore") == "python"


SOURCE = "Look:\n\n```python\nx = '''\ndef a\n\n'''  # end\nif x: pass\n```\n\n> ```rs\n> fn main() {}\n> ```\n"


def roles(rows: list[Line]) -> dict[str, tuple[str, ...]]:
    return {span.text.strip(): span.style.roles for row in rows for span in row.spans if span.text.strip()}


def test_only_a_theme_with_looks_for_them_tells_them_apart() -> None:
    plain, told = roles(AgentMessage(SOURCE).scrollback(80, PLAIN)), roles(AgentMessage(SOURCE).scrollback(80, WORDS))
    assert plain["if x: pass"] == ("code", "agent")
    assert told["if"] == ("keyword", "code", "agent")
    assert told["def a"] == ("string", "code", "agent")
    assert told["fn"] == ("keyword", "code", "quote", "agent")


@given(st.integers(min_value=1, max_value=30))
def test_streamed_code_is_the_same_as_whole_code(size: int) -> None:
    message = Message(0.0)
    flows = []
    for at in range(0, len(SOURCE), size):
        message.add(SOURCE[at : at + size], 0.0)
        flows += message.lines_due(1e9)
    cells = [message.cell([flow], set_off=False) for flow in [*flows, *message.rest()]]
    rows = [row for cell in cells for row in cell.scrollback(40, WORDS)]
    assert rows == AgentMessage(SOURCE).scrollback(40, WORDS)


@given(
    st.text(max_size=80), st.sampled_from(["python", "c", "javascript", "rust", "html", "lua", "sql", "shell", "diff"])
)
def test_no_line_loses_a_character(text: str, language: str) -> None:
    text = text.replace("\n", " ").replace("\r", " ")
    spans, state = code_spans(text, language, "")
    assert "".join(span.text for span in spans) == text
    assert state_after(text, language, "") == state


def test_a_line_without_end_costs_nothing_more() -> None:
    assert len(code_spans("x = 1 " * 10_000, "python", "")[0]) == 1
