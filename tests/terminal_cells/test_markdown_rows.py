"""Markdown as rows: each construct, and that later lines change nothing."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.text.inline import inline
from octavo.frontends.terminal.text.markdown import Markdown, render
from octavo.frontends.terminal.text.styled import CYAN, GREEN, LIGHT_BLUE, Line, Span, Style
from octavo.frontends.terminal.themes.theme import TERMINAL


def render_rows(text: str, columns: int) -> list[Line]:
    return [row for flow in render(text) for row in flow.rows(columns)]


def rows(text: str, columns: int = 80) -> list[str]:
    return [row.text for row in render_rows(text, columns)]


def span(text: str, part: str) -> Span:
    found = [span for row in render_rows(text, 80) for span in row.spans if part in span.text]
    assert found, part
    return found[0]


def test_headings_keep_their_signs_and_stand_alone() -> None:
    assert rows("# One\ntext\n## Two\n### Three ###\nend") == [
        "# One", "", "text", "", "## Two", "", "### Three", "", "end",
    ]  # fmt: skip
    one = TERMINAL.look(span("# One", "One").style)
    assert (one.bold, one.underline) == (True, True)
    assert TERMINAL.look(span("### Three", "Three").style).italic
    assert not TERMINAL.look(span("#### Four", "Four").style).bold


def test_signs_without_a_heading_are_kept() -> None:
    assert rows("#\n\n#no heading\n\n####### seven") == ["#", "", "#no heading", "", "####### seven"]


def test_a_line_break_in_a_paragraph_is_one_in_the_rows() -> None:
    assert rows("one\ntwo\n\nthree\n\n\n\nfour") == ["one", "two", "", "three", "", "four"]


def test_emphasis_and_code_are_shown_without_their_marks() -> None:
    text = "a **strong** and *slanted* and ~~gone~~ and `code` and ***both***"
    assert rows(text) == ["a strong and slanted and gone and code and both"]
    assert TERMINAL.look(span(text, "strong").style).bold
    assert TERMINAL.look(span(text, "slanted").style).italic
    assert TERMINAL.look(span(text, "gone").style).crossed
    assert TERMINAL.look(span(text, "code").style).dim
    assert TERMINAL.look(span(text, "both").style).bold
    assert TERMINAL.look(span(text, "both").style).italic


def test_marks_that_mean_nothing_are_kept() -> None:
    assert rows("2 * 3 * 4, snake_case_name, a*, C:\\dir") == ["2 * 3 * 4, snake_case_name, a*, C:\\dir"]


def test_a_style_may_reach_over_lines_of_a_paragraph() -> None:
    assert rows("**over two\nlines** and `code\ntoo` end") == ["over two", "lines and code too end"]
    assert TERMINAL.look(span("**over two\nlines** x", "lines").style).bold


def test_what_is_opened_and_never_closed_is_shown_as_it_stands() -> None:
    assert rows("an *open start\nand more\n\nnext") == ["an *open start", "and more", "", "next"]


def test_a_line_waits_for_the_end_of_what_it_opens_but_not_for_ever() -> None:
    markdown = Markdown()
    assert markdown.feed("**open") == []
    shown = [flow for number in range(20) for flow in markdown.feed(f"line {number}")]
    assert [flow.text.text for flow in shown] == ["**open", *(f"line {number}" for number in range(20))]


def test_fenced_code_is_verbatim_without_its_fences() -> None:
    assert rows("Before\n```python\ndef f():  # **x**\n\n    return 1\n```\nafter") == [
        "Before", "", "def f():  # **x**", "", "    return 1", "", "after",
    ]  # fmt: skip
    assert not TERMINAL.look(span("```\n**x**\n```", "**x**").style).bold


def test_long_lines_of_code_go_on_below_their_first_row() -> None:
    assert rows("```\n    call(first,  second)\n```", 18) == ["    call(first,", "    second)"]


def test_a_fence_ends_only_with_one_like_itself() -> None:
    assert rows("````\n```\ncode\n```\n````\nend") == ["```", "code", "```", "", "end"]
    assert rows("```\nnever ended\n\n# no heading") == ["never ended", "", "# no heading"]


def test_indented_code_keeps_its_blanks() -> None:
    assert rows("text\n\n    four\n      more\n\n    again\n\nend") == [
        "text", "", "    four", "      more", "", "    again", "", "end",
    ]  # fmt: skip


def test_lists_are_set_off_by_four_columns_a_level() -> None:
    text = "- one\n  - inner\n    - deep\n- two\n\n3. three\n4. four\n   - under\n* star"
    assert rows(text) == [
        "- one", "    - inner", "        - deep", "- two", "", "3. three", "4. four", "    - under", "", "- star",
    ]  # fmt: skip
    assert TERMINAL.look(span("7. seven", "7. ").style).fg == LIGHT_BLUE


def test_empty_items_show_their_marks() -> None:
    assert rows("- a\n-\n- c") == ["- a", "-", "- c"]
    assert rows("1.\n2. x\n3.") == ["1.", "2. x", "3."]
    assert rows("-\n  below") == ["- below"]
    assert rows("-") == ["-"]


def test_numbers_count_from_the_first() -> None:
    assert rows("5. a\n5. b\n9. c") == ["5. a", "6. b", "7. c"]
    assert rows("1. a\n\n1. b") == ["1. a", "", "2. b"]
    assert rows("1. a\n   ```\n   code\n   ```\n1. b")[-1] == "2. b"


def test_loose_items_keep_their_blank_row_and_their_paragraphs_the_indent() -> None:
    assert rows("- one\n\n- two\n\n  second\n- three") == ["- one", "", "- two", "", "  second", "- three"]


def test_code_in_an_item_keeps_its_indent() -> None:
    assert rows("1. do\n   ```\n   make  x\n   ```\n2. done") == ["1. do", "", "   make  x", "", "2. done"]


def test_a_number_in_running_text_begins_no_list() -> None:
    assert rows("It was in\n1986. A good year") == ["It was in", "1986. A good year"]


def test_quotes_have_a_mark_on_each_row_and_are_green() -> None:
    assert rows("> one two three\nlazy\n\n> a\n>\n> - b", 9) == [
        "> one two", "> three", "> lazy", "", "> a", ">", "> - b",
    ]  # fmt: skip
    assert TERMINAL.look(span("> said", "said").style).fg == GREEN


def test_a_link_shows_its_address_once() -> None:
    assert rows("[guide](http://x/g) <http://y> [http://z](http://z)") == ["guide (http://x/g) http://y http://z"]
    address = span("[guide](http://x/g)", "http")
    assert (TERMINAL.look(address.style).fg, TERMINAL.look(address.style).underline) == (CYAN, True)


@pytest.mark.parametrize(
    "text",
    [
        "| a | **b** |\n|---|---|\n| 1 | `2` |",
        "- [ ] open\n- [x] closed",
        "See 【F:src/a.rs†L10-L12】 and <b>bold</b>",
        "![a picture](http://x/p.png)",
        "<details>\n<summary>*x*</summary>\n</details>",
        "text\n===",
        "[a][ref]",
    ],
)
def test_what_would_reshape_earlier_lines_is_shown_as_its_source(text: str) -> None:
    assert rows(text) == text.split("\n")


def test_rules_are_three_dashes() -> None:
    assert rows("a\n\n---\nb\n***\nc") == ["a", "", "———", "", "b", "", "———", "", "c"]


def test_long_lines_go_on_below_their_text() -> None:
    assert rows("- aaa bbb ccc\n    - ddd eee\n\n> fff ggg", 9) == [
        "- aaa bbb", "  ccc", "    - ddd", "      eee", "", "> fff ggg",
    ]  # fmt: skip


def test_tabs_are_blanks_and_escape_sequences_are_gone() -> None:
    text = "a \x1b[31mred\x1b[0m \x1b]0;title\x07 b\n\n```\n\tx\x1b[2J\n\t\ty\n```\n\ud800\r"
    assert rows(text)[0] == "a red  b"
    assert rows(text)[2:4] == ["    x", "        y"]
    assert all(row.isprintable() for row in rows(text))


def test_line_ends_of_other_systems_are_line_ends() -> None:
    assert rows("a\r\n\r\nb\r\n- c\r\n") == ["a", "", "b", "", "- c"]


CORPUS = (
    "# Head", "plain words", "with **bold** and `code`", "**open", "close** it", "`half", "a `b", "- item", "  - inner",
    "1. one", "2. two", "> quote", ">", "```", "```py", "~~~", "    four", "\ttab", "", "", "---", "***", "===",
    "| a | b |", "|---|---|", "<div>", "</div>", "<!-- x", "-->", "[x](http://y)", "[open", "![p](q)", "* star",
    "+ plus", "10) ten", "漢字 words 👩\u200d👧", "\x1b[31mred", "a\\", "&amp; <b>", "- ", "-", "   text", "      text",
)  # fmt: skip
LINES = st.lists(st.sampled_from(CORPUS), max_size=25)


@given(LINES, st.data())
@settings(max_examples=200)
def test_what_was_given_out_is_never_changed_by_later_lines(lines: list[str], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(lines)))
    markdown = Markdown()
    early = [flow for source in lines[:count] for flow in markdown.feed(source)]
    whole = render("\n".join(lines)) if lines else []
    assert whole[: len(early)] == early


@given(LINES, st.integers(1, 50))
@settings(max_examples=200)
def test_any_text_fits_any_width(lines: list[str], columns: int) -> None:
    found = render_rows("\n".join(lines), columns)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for row in found for sign in row.text)


def letters(shown: list[Line] | list[str]) -> str:
    return "".join(character for row in shown for character in str(row) if character.isalnum())


@given(
    st.lists(
        st.sampled_from(("alpha", "*beta*", "`gamma`", "- delta", "> eta", "", "# theta", "    iota")), max_size=20
    )
)
def test_no_word_is_lost(lines: list[str]) -> None:
    wanted = letters(lines)
    assert letters(rows("\n".join(lines))) == wanted


def test_cost_is_linear_in_the_number_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source line is read once: the reader of inline marks sees no line twice."""
    seen = 0

    def counted(text: str, *rest: Style) -> tuple[list[Line], bool]:
        nonlocal seen
        seen += len(text)
        return inline(text, *rest)

    monkeypatch.setattr("octavo.frontends.terminal.text.markdown.inline", counted)
    picker = random.Random(1)
    text = "\n".join(picker.choice(("plain words", "**b** x", "- item", "")) for _ in range(3000))
    render(text)
    assert 0 < seen <= len(text)
