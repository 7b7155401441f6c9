"""What each editing key does to the draft."""

from __future__ import annotations

import pytest
from typist import Typist, key

from octavo.frontends.terminal.keys.key import Key

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def typed(*keys: str, width: int = 80) -> str:
    """Words are typed, names in angle brackets are pressed."""
    typist = Typist(width=width)
    for part in keys:
        if part.startswith("<"):
            typist.keys(*part[1:-1].split())
        else:
            typist.type(part)
    return typist.marked


@pytest.mark.parametrize("name", ["ctrl-j", "alt-enter", "shift-enter", "ctrl-enter", "ctrl-shift-enter", "ctrl-m"])
def test_newline_keys(name: str) -> None:
    typist = Typist().type("a").keys(name).type("b")
    assert typist.text == "a\nb"
    assert typist.take() == []


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (("mid", "<ctrl-a>", "x", "<ctrl-e>", "y"), "xmidy|"),
        (("ab", "<left ctrl-b right>"), "a|b"),
        (("ab", "<home ctrl-f>"), "a|b"),
        (("a b", "<ctrl-d home ctrl-d>"), "| b"),
        (("one\ntwo", "<home home>"), "one\n|two"),
        (("one\ntwo", "<ctrl-a ctrl-a>"), "|one\ntwo"),
        (("one\ntwo\nsix", "<ctrl-a ctrl-a ctrl-a>"), "|one\ntwo\nsix"),
        (("one\ntwo", "<up end ctrl-e>"), "one\ntwo|"),
        (("one\ntwo", "<up end end>"), "one|\ntwo"),
        (("one\ntwo", "<ctrl-home>"), "|one\ntwo"),
        (("one\ntwo", "<ctrl-home ctrl-end>"), "one\ntwo|"),
        (("abc", "<backspace ctrl-h>"), "a|"),
        (("abc", "<home delete>"), "|bc"),
    ],
)
def test_moves_and_deletions(keys: tuple[str, ...], after: str) -> None:
    assert typed(*keys) == after


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (("src/a.py two  three", "<alt-left>"), "src/a.py two  |three"),
        (("src/a.py two  three", "<ctrl-left alt-b>"), "src/a.py |two  three"),
        (("src/a.py two  three", "<home alt-right>"), "src/a.py| two  three"),
        (("src/a.py two  three", "<home ctrl-right alt-f>"), "src/a.py two|  three"),
        (("one two", "<ctrl-w>"), "one |"),
        (("one two", "<alt-backspace>"), "one |"),
        (("one two ", "<ctrl-alt-h>"), "one |"),
        (("one two three", "<home right right right alt-delete>"), "one| three"),
        (("one two three", "<home alt-d>"), "| two three"),
        (("one\ntwo", "<ctrl-w ctrl-w>"), "|"),
    ],
)
def test_words_are_what_stands_between_white_space(keys: tuple[str, ...], after: str) -> None:
    assert typed(*keys) == after


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (("xmidy", "<ctrl-u ctrl-y>"), "xmidy|"),
        (("one\ntwo", "<ctrl-u ctrl-u>", "x"), "onex|"),
        (("one\ntwo", "<up end ctrl-k>"), "one|two"),
        (("one\ntwo", "<ctrl-home ctrl-k>"), "|\ntwo"),
        (("a b", "<ctrl-w ctrl-y ctrl-y>"), "a bb|"),
        (("a b", "<ctrl-w backspace ctrl-u ctrl-u ctrl-y>"), "a|"),
        (("one two", "<ctrl-w ctrl-w>", "x y", "<ctrl-y>"), "x yone |"),
    ],
)
def test_kill_and_yank(keys: tuple[str, ...], after: str) -> None:
    assert typed(*keys) == after


def test_killed_text_survives_a_message() -> None:
    typist = Typist().type("keep this").keys("ctrl-w").type("!").keys("enter").keys("ctrl-y")
    assert typist.text == "this"


def test_graphemes_are_one_key_each() -> None:
    assert typed("你好", "<backspace>") == "你|"
    typist = Typist().keys(Key("x", text=f"a{FAMILY}\U0001f1f5\U0001f1f1日"), "left")
    assert typist.marked == f"a{FAMILY}\U0001f1f5\U0001f1f1|日"
    assert typist.keys("left").marked == f"a{FAMILY}|\U0001f1f5\U0001f1f1日"
    assert typist.keys("backspace").marked == "a|\U0001f1f5\U0001f1f1日"


def test_the_cursor_column_counts_wide_characters() -> None:
    typist = Typist().keys(Key("x", text="你"), Key("x", text=FAMILY))
    assert typist.cursor()[1] == 6
    assert typist.keys("left").cursor()[1] == 4
    assert Typist().keys(Key("x", text="e\u0301")).cursor()[1] == 3


def test_moves_by_row_remember_the_column() -> None:
    typist = Typist(width=40).type("abcdefgh\nxy\n12345678").keys("left", "up")
    assert typist.marked == "abcdefgh\nxy|\n12345678"
    assert typist.keys("up").marked == "abcdefg|h\nxy\n12345678"
    assert typist.keys("up").marked == "|abcdefgh\nxy\n12345678"
    assert typist.keys("down", "down", "down").marked == "abcdefgh\nxy\n12345678|"


def test_moves_by_row_follow_the_wrapped_rows() -> None:
    text = "the quick brown fox jumps over the lazy dog and runs"
    typist = Typist(width=40).type(text).keys("up")
    assert typist.marked == text.replace("fox", "f|ox")
    assert typist.keys("ctrl-n").marked == text + "|"
    assert typist.rows()[2:4] == ["› the quick brown fox jumps over the ", "  lazy dog and runs"]


@pytest.mark.parametrize("name", ["alt-x", "alt-3", "ctrl-q", "tab", "backtab", "f5", "other", "insert", "pageup"])
def test_keys_without_meaning_insert_nothing(name: str) -> None:
    assert Typist().type("ab").keys("left", name).marked == "a|b"


def test_alt_gr_types_its_character() -> None:
    assert Typist().keys(Key("@", ctrl=True, alt=True, text="@"), Key("x", alt=True, text="x")).text == "@"


def test_undo_takes_back_words_pastes_and_clears() -> None:
    typist = Typist().type("one two").paste("X" * 1200).keys("ctrl-u")
    assert typist.keys("ctrl-_").text == "one two[Pasted Content 1200 chars]"
    assert typist.keys("ctrl-_").text == "one two"
    assert typist.keys("ctrl-_").text == "one "
    assert typist.keys("ctrl-_", "ctrl-_", "ctrl-_").text == ""
    typist.type("gone").keys("ctrl-c", "ctrl-_")
    assert typist.text == "gone"


@pytest.mark.parametrize("redo", ["alt-_", "ctrl-alt-z"])
def test_redo_brings_back_what_was_undone_until_something_else_is_written(redo: str) -> None:
    typist = Typist().type("one two").paste("X" * 1200).keys("ctrl-u", "ctrl-_", "ctrl-_", "ctrl-_")
    assert typist.text == "one "
    assert typist.keys(redo).text == "one two"
    assert typist.keys(redo).text == "one two[Pasted Content 1200 chars]"
    assert typist.keys(redo).text == ""
    assert typist.keys(redo).text == ""
    assert typist.keys("ctrl-_", "ctrl-_").type("!").keys(redo).text == "one two!"
    assert typist.keys("enter", "ctrl-_", redo).text == ""


def test_recalled_messages_and_clears_are_undone_and_redone() -> None:
    typist = Typist().type("first").keys("enter")
    typist.composer.turn_ended()
    typist.keys("up")
    assert typist.text == "first"
    assert typist.keys("ctrl-_").text == ""
    assert typist.keys("alt-_").text == "first"
    typist.keys("ctrl-c")
    assert typist.keys("ctrl-_").text == "first"
    assert typist.keys("alt-_").text == ""


def test_keys_are_read_whatever_the_case_of_their_modifiers() -> None:
    assert key("ctrl-shift-enter") == Key("enter", ctrl=True, shift=True)
