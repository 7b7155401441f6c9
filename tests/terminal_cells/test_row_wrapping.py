"""Logical lines become rows: where they break, what stands before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.frontends.terminal.text.styled import BOLD, DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import width
from octavo.frontends.terminal.text.wrapping import Flow, wrap


def texts(rows: list[Line]) -> list[str]:
    return [row.text for row in rows]


def test_rows_break_between_words_and_blanks_at_the_break_are_dropped() -> None:
    assert texts(wrap(line("one two  three four"), 9)) == ["one two", "three", "four"]


def test_blanks_at_the_start_are_kept_and_those_at_the_end_are_not() -> None:
    assert texts(wrap(line("  deep in  "), 20)) == ["  deep in"]


def test_blanks_at_the_start_that_leave_no_room_are_dropped() -> None:
    assert texts(wrap(line("  字-_漢"), 3)) == ["字", "-_", "漢"]


def test_the_first_row_and_the_others_have_prefixes_of_their_own() -> None:
    assert texts(wrap(line("aa bb cc"), 6, line("* "), line("    "))) == ["* aa", "    bb", "    cc"]


def test_a_word_that_fits_into_no_row_is_broken() -> None:
    assert texts(wrap(line("an unbreakableword here"), 8)) == ["an", "unbreaka", "bleword", "here"]


def test_a_hyphen_is_no_place_to_break() -> None:
    assert texts(wrap(line("run --no-verify -x now"), 14)) == ["run", "--no-verify -x", "now"]


def test_wide_characters_count_two_columns_and_rows_may_break_between_them() -> None:
    assert texts(wrap(line("see 漢字漢字"), 7)) == ["see 漢", "字漢字"]


def test_closing_signs_do_not_begin_a_row() -> None:
    assert texts(wrap(line("漢字漢。字"), 6)) == ["漢字", "漢。字"]


def test_a_joined_emoji_is_never_halved() -> None:
    family = "👩\u200d👧"
    assert texts(wrap(line(family * 3), 4)) == [family * 2, family]


def test_without_words_nothing_is_dropped() -> None:
    assert texts(wrap(line("a  b   c    d"), 4, words=False)) == ["a  b", "   c", "    ", "d"]


def test_styles_go_on_over_the_break() -> None:
    rows = wrap(line(Span("bold words", BOLD), Span(" then dim", DIM)), 7)
    assert rows == [
        line(Span("bold", BOLD)),
        line(Span("words", BOLD)),
        line(Span("then", DIM)),
        line(Span("dim", DIM)),
    ] or texts(rows) == ["bold", "words", "then", "dim"]
    assert all(span.style == (BOLD if number < 2 else DIM) for number, row in enumerate(rows) for span in row.spans)


def test_an_empty_line_is_one_row_without_blanks_at_its_end() -> None:
    assert texts(wrap(line(), 10, line("  > "))) == ["  >"]
    assert texts(wrap(line(), 10, line("    "))) == [""]


def test_a_prefix_that_leaves_no_room_is_left_out() -> None:
    assert texts(wrap(line("abc"), 2, line("* "), line("  "))) == ["ab", "c"]


def test_what_stands_before_a_flow_comes_before_its_own_prefixes() -> None:
    flow = Flow(line("aa bb"), line("- "), line("  "))
    assert texts(flow.rows(6, line("• "), line("  "))) == ["• - aa", "    bb"]


WORDS = st.text(alphabet=st.sampled_from("ab \u6f22\u5b57e\u0301\U0001f469\u200d\U0001f467-_"), max_size=60)


@given(WORDS, st.integers(1, 30), st.sampled_from(["", "* ", "    "]), st.booleans())
def test_no_row_is_too_wide_and_no_letter_is_lost(text: str, columns: int, prefix: str, words: bool) -> None:
    rows = wrap(line(text), columns, line(prefix), line(prefix), words=words)
    room = columns - len(prefix)
    shown = prefix if room > 1 or columns == room else ""
    if columns > 1:
        assert all(width(row.text) <= columns for row in rows)
    kept = "".join(row.text[len(shown) :] for row in rows)
    if words:
        assert kept.replace(" ", "") == text.replace(" ", "")
    elif text:
        assert kept == text


@pytest.mark.parametrize("size", [1, 2, 3])
def test_any_width_gives_rows(size: int) -> None:
    assert "".join(texts(wrap(line("漢 a字"), size))).replace(" ", "") == "漢a字"
