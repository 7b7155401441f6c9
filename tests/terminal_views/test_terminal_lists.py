"""Lists: keys, numbers, search, what is current, and how they fit into few rows."""

from __future__ import annotations

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, key, shown

from octavo.frontends.terminal.effects.screen import Info, QuitHint, ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import CYAN
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.themes.theme import TERMINAL
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList


def a_list(*names: str, current: str = "", search: str = "", guarded: bool = False) -> SelectionList:
    choices = [
        Choice(Option(name, f"about {name}", is_current=name == current), (Info(name),), search=f"hash-of-{name}")
        for name in names
    ]
    return SelectionList("Title", choices, search=search, guarded=guarded)


def chosen(hands: Hands) -> list[str]:
    return [effect.text for effect in hands.effects if isinstance(effect, Info)]


def test_rows_carry_number_name_current_and_description() -> None:
    rows = shown(a_list("one", "three", current="three"))
    assert rows[0] == "  Title"
    assert rows[2:4] == ["  1. one              about one", "› 2. three (current)  about three"]
    assert rows[-1].startswith("  enter to choose")


def test_the_selected_row_is_bold_and_cyan_and_its_description_dim() -> None:
    rows, _ = a_list("one", "two").rows(80, 24)
    selected = next(row for row in rows if row.text.startswith("› "))
    assert (TERMINAL.look(selected.spans[0].style).fg, TERMINAL.look(selected.spans[0].style).bold) == (CYAN, True)
    assert TERMINAL.look(selected.spans[-1].style).dim


def test_the_current_row_is_selected_first() -> None:
    hands = Hands(a_list("one", "two", "three", current="two"))
    hands.press(ENTER)
    assert chosen(hands) == ["two"]
    assert hands.stack.top is None


@pytest.mark.parametrize(
    ("keys", "name"),
    [([DOWN], "two"), ([DOWN] * 3, "one"), ([UP], "three"), ([UP, UP, UP], "one"), ([DOWN, UP, UP], "three")],
)
def test_arrows_wrap_around(keys: list[Key], name: str) -> None:
    hands = Hands(a_list("one", "two", "three"))
    hands.press(*keys, ENTER)
    assert chosen(hands) == [name]


def test_a_digit_chooses_its_row_at_once_and_others_mean_nothing() -> None:
    hands = Hands(a_list("one", "two"))
    hands.press("3", "0", "9", "x", Key("tab"))
    assert chosen(hands) == []
    assert hands.stack.top is not None
    hands.press("2")
    assert chosen(hands) == ["two"]


def test_typing_filters_without_regard_to_case_and_backspace_undoes() -> None:
    view = a_list("Rel-01", "Rel-10", "Rel-11", "other", search="type to search")
    hands = Hands(view)
    assert "  type to search" in shown(view)
    hands.press(*"REL-1")
    assert "  REL-1" in shown(view)
    assert [row[2:8] for row in shown(view) if "Rel" in row] == ["Rel-10", "Rel-11"]
    hands.press(Key("backspace"), Key("backspace"))
    assert len([row for row in shown(view) if "Rel" in row]) == 3
    hands.press(*"-01", DOWN, ENTER)
    assert chosen(hands) == ["Rel-01"]


def test_ctrl_u_clears_the_search() -> None:
    view = a_list("one", "two", search="type to search")
    Hands(view).press(*"tw", Key("u", ctrl=True))
    assert "  type to search" in shown(view)


def test_a_search_has_no_numbers_and_looks_at_more_than_names() -> None:
    view = a_list("one", "two", search="type to search")
    hands = Hands(view)
    assert not any("1. " in row for row in shown(view))
    hands.press(*"hash-of-tw")
    hands.press(ENTER)
    assert chosen(hands) == ["two"]


def test_a_search_without_a_match_says_so_and_enter_does_nothing() -> None:
    view = a_list("one", search="type to search")
    hands = Hands(view)
    hands.press(*"zzz", ENTER, UP)
    assert "  no matches" in shown(view)
    assert chosen(hands) == []


def test_eight_rows_are_seen_and_the_selected_one_is_among_them() -> None:
    view = a_list(*(f"row {number:02}" for number in range(20)), search="s")
    hands = Hands(view)
    assert len([row for row in shown(view, 80, 40) if "row" in row]) == 8
    hands.press(*[DOWN] * 12)
    rows = [row for row in shown(view, 80, 40) if "row" in row]
    assert len(rows) == 8
    assert any(row.startswith("› row 12") for row in rows)
    hands.press(*[UP] * 13)
    assert any(row.startswith("› row 19") for row in shown(view, 80, 40))


@pytest.mark.parametrize("key_", [ESC, CTRL_C])
def test_cancelling_shows_what_was_below(key_: Key) -> None:
    below = a_list("one")
    hands = Hands(below, a_list("two"))
    hands.press(key_)
    assert hands.stack.top is below
    assert hands.effects == []


def test_ctrl_c_on_the_last_view_gives_the_quit_hint_and_esc_does_not() -> None:
    hands = Hands(a_list("one"))
    hands.press(CTRL_C)
    assert hands.effects == [QuitHint()]
    hands = Hands(a_list("one"))
    hands.press(ESC)
    assert hands.effects == []


def test_a_choice_in_a_second_list_leaves_both() -> None:
    first = SelectionList("First", [Choice(Option("on"), opens=lambda: a_list("one"))])
    hands = Hands(first)
    hands.press(ENTER)
    assert "  Title" in shown(hands.stack)
    hands.press(ENTER)
    assert hands.stack.top is None
    assert chosen(hands) == ["one"]


def test_a_guarded_list_hands_keys_that_come_too_soon_to_the_draft() -> None:
    hands = Hands(a_list("one", "two", guarded=True))
    assert hands.press("1", "2", gap=0.1) == [ToDraft(key("1")), ToDraft(key("2"))]
    hands.press(ENTER, gap=0.1)
    assert chosen(hands) == []
    hands.press("2")
    assert chosen(hands) == ["two"]


def test_a_paste_never_chooses() -> None:
    hands = Hands(a_list("one", "two"))
    hands.press(Paste("2\r"))
    assert chosen(hands) == []


@pytest.mark.parametrize("width", [1, 2, 5, 10, 20, 40])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 10])
def test_any_size_is_kept_and_the_selected_row_is_seen(width: int, height: int) -> None:
    view = a_list("one", "日本語 and more words", "three", current="日本語 and more words")
    rows, _ = view.rows(width, height)
    assert 1 <= len(rows) <= height
    assert all(line_width(row) <= width for row in rows)
    assert any(row.text.startswith("›") for row in rows)


def test_names_of_others_reach_the_screen_without_control_characters() -> None:
    (row,) = [row for row in shown(a_list("evil\x1b[2Jname\x07")) if row.startswith("› ")]
    assert "evilname" in row
