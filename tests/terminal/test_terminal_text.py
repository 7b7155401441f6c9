"""Widths by columns and clusters, and text of others made harmless."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from octavo.frontends.terminal.text.clean import clean, one_line, visible
from octavo.frontends.terminal.text.styled import BOLD, Span, line
from octavo.frontends.terminal.text.widths import cut, cut_line, graphemes, width

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("naïve ›•", 8), ("日本", 4), (FAMILY, 2), ("🇵🇱", 2), ("e\u0301", 1), ("⚠️", 2), ("⚠", 1)],
)
def test_the_width_is_counted_in_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(st.characters(min_codepoint=0xA1, max_codepoint=0x2FFF)))
def test_the_fast_way_agrees_with_the_tables(text: str) -> None:
    for character in text:
        if width(character) == 1:
            assert wcwidth(character) == 1


def test_a_family_is_one_character() -> None:
    assert list(graphemes(f"a{FAMILY}日")) == ["a", FAMILY, "日"]


def test_a_cluster_is_never_halved() -> None:
    assert cut("日本", 3) == "日"
    assert cut(f"a{FAMILY}b", 2) == "a"
    assert cut("abc", 0) == ""


def test_a_line_is_cut_in_its_last_span_that_fits() -> None:
    assert cut_line(line("ab", Span("日本", BOLD)), 5) == line("ab", Span("日", BOLD))
    assert cut_line(line("ab"), 5) == line("ab")


def test_latin_text_loads_no_tables() -> None:
    code = (
        "import sys; from octavo.frontends.terminal.text.widths import width;"
        "width('› café ╭─╮ ✔ … • 100 %'); assert 'wcwidth' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("dirty", "harmless"),
    [
        ("plain\ntext", "plain\ntext"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]52;c;aGk=\x1b\\b", "ab"),
        ("a\x9b2Jb\x1b[?1049hc", "abc"),
        ("\x1bPq#0\x1b\\x\x1bcy\x1b(0z", "xyz"),
        ("a\x1b", "a"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\tb", "a   b"),
        ("\ud83d!", "\ufffd!"),
        ("bell\x07 back\x08", "bell back"),
        ("日\u200d本", "日\u200d本"),
    ],
)
def test_cleaned_text_holds_no_controls(dirty: str, harmless: str) -> None:
    assert clean(dirty) == harmless


@given(st.text())
def test_nothing_cleaned_is_obeyed_by_a_terminal(text: str) -> None:
    for character in clean(text):
        assert character == "\n" or not (ord(character) < 32 or 127 <= ord(character) < 160)
    clean(text).encode()


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\tb\x1b[2J ") == "a b"


def test_what_changes_the_reading_is_shown() -> None:
    assert visible("rm \x1b[2K\r ls") == "rm \\x1b[2K\\r ls"
    assert visible("a\u202eb\u200bc\u00a0d") == "a\\u202eb\\u200bc\\xa0d"
    assert visible("two\nlines, naïve 日本") == "two\nlines, naïve 日本"
    assert visible("\ud83d\U000e0041") == "\\ud83d\\U000e0041"
