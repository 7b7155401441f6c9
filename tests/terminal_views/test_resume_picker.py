"""The list of saved sessions: rows, search, order, folder, preview, and what it says of files that cannot be read."""

from __future__ import annotations

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, ctrl, shown

from octavo.frontends.terminal.effects.saved_sessions import ListSessions, PickSession, PreviewSession, SearchSessions
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.views.resume_picker import ResumePicker
from octavo.frontends.terminal.views.saved_session import ReadSoFar, SavedSession, Searched
from octavo.frontends.terminal.views.session_table import ago
from octavo.rollout.excerpt import Excerpt, SaidWords

NOW = 1_000_000.0


def sessions(count: int, text: str = "talk") -> list[SavedSession]:
    return [SavedSession(f"/s/{n}", NOW - 86_400 * n - 3, NOW - 60 * n - 1, f"{text} {n}") for n in range(1, count + 1)]


def a_picker(count: int, *, ended: bool = True) -> ResumePicker:
    picker = ResumePicker(lambda: NOW)
    picker.rows(80, 24)
    picker.add(sessions(count), ReadSoFar(ended=ended))
    return picker


def test_columns_and_the_newest_first() -> None:
    rows = shown(a_picker(2))
    assert rows[0] == "Resume a session"
    assert rows[3:6] == [
        "  Created     Updated        Conversation",
        "> 1 day ago   1 minute ago   talk 1",
        "  2 days ago  2 minutes ago  talk 2",
    ]
    assert "esc new session" in rows[-1]
    assert len(rows) == 24


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 seconds ago"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "1 minute ago"), (7199, "1 hour ago"),
     (86_400 * 2, "2 days ago"), (-5, "0 seconds ago")],
)  # fmt: skip
def test_times_are_relative(seconds: float, text: str) -> None:
    assert ago(NOW - seconds, NOW) == text
    assert ago(None, NOW) == "-"


def test_arrows_do_not_wrap_and_pages_go_by_the_screen() -> None:
    hands = Hands(a_picker(50))
    shown(hands.stack, 80, 16)
    hands.press(UP, DOWN, DOWN)
    assert any(row.startswith("> ") and row.endswith("talk 3") for row in shown(hands.stack, 80, 16))
    hands.press(Key("pagedown"))
    assert any(row.startswith("> ") and row.endswith("talk 11") for row in shown(hands.stack, 80, 16))
    hands.press(*[Key("pagedown")] * 9, DOWN)
    assert any(row.startswith("> ") and row.endswith("talk 50") for row in shown(hands.stack, 80, 16))
    assert hands.press(ENTER) == [PickSession("/s/50")]


def test_typing_filters_and_selects_the_first_hit() -> None:
    hands = Hands(a_picker(30))
    hands.press(DOWN, *"TALK 2")
    rows = shown(hands.stack)
    assert rows[1] == "Search: TALK 2"
    assert [row.split()[-1] for row in rows if "talk" in row][:3] == ["2", "20", "21"]
    hands.press("q")
    assert hands.press(ENTER) == []
    assert "  no session matches" in shown(hands.stack)
    hands.press(ctrl("u"))
    assert "Type to search" in shown(hands.stack)
    hands.press(*"TALK 2q")
    hands.press(Key("backspace"))
    assert hands.press(ENTER) == [PickSession("/s/2")]


def test_esc_begins_a_new_session_and_ctrl_c_leaves() -> None:
    assert Hands(a_picker(2)).press(ESC) == [PickSession(None)]
    assert Hands(a_picker(2)).press(CTRL_C)[0] == Quit()


def test_the_sessions_are_asked_for_once() -> None:
    picker = ResumePicker(lambda: NOW)
    assert "  reading the saved sessions …" in shown(picker)
    assert picker.wanted() == (ListSessions("created"),)
    assert picker.wanted() == ()


def test_what_comes_later_does_not_move_the_selection() -> None:
    picker = ResumePicker(lambda: NOW)
    picker.add(sessions(3)[1:], ReadSoFar(left=1))
    hands = Hands(picker)
    hands.press(DOWN)
    picker.add(sessions(1), ReadSoFar(ended=True))
    assert [(row[0], row[-6:]) for row in shown(picker) if "talk" in row] == [
        (" ", "talk 1"), (" ", "talk 2"), (">", "talk 3"),
    ]  # fmt: skip
    assert hands.press(ENTER) == [PickSession("/s/3")]


def test_those_used_last_come_first_when_wanted() -> None:
    picker = ResumePicker(lambda: NOW)
    picker.add([SavedSession("/s/1", NOW - 5, NOW - 4, "one"), SavedSession("/s/2", NOW - 9, NOW, "two")], ReadSoFar())
    hands = Hands(picker)
    assert hands.press(ctrl("s")) == [ListSessions("updated")]
    assert hands.press(ENTER) == [PickSession("/s/2")]
    assert any("last used first (ctrl + s newest first)" in row for row in shown(picker, 100))
    assert " 2 sessions, last used first" in shown(picker, 40)


def test_what_is_read_and_what_cannot_be_is_told() -> None:
    picker = ResumePicker(lambda: NOW)
    failed = (("rollout-a.jsonl", "Permission denied"), ("rollout-b.jsonl", "a link"))
    picker.add(sessions(2), ReadSoFar(left=1200, waiting=("rollout-x.jsonl",), failed=failed))
    rows = shown(picker, 120)
    assert any("2 sessions, newest first" in row and "reading 1,200 more" in row for row in rows)
    assert " No answer yet from rollout-x.jsonl" in rows
    assert " Could not be read (Permission denied): 2 files, rollout-a.jsonl among them" in rows


def test_names_stand_for_first_words_and_are_found() -> None:
    picker = ResumePicker(lambda: NOW)
    one = SavedSession("/s/1", NOW, NOW, "talk", "/w/place", "id-1", "a-branch")
    picker.add([one, *sessions(9)], ReadSoFar(ended=True), {"id-1": "the release"})
    hands = Hands(picker)
    for words in ("RELEASE", "w/place", "a-branch", "id-1"):
        hands.press(ctrl("u"), *words)
        assert next(row for row in shown(picker) if row.startswith("> ")).endswith("the release"), words


def test_words_that_were_said_are_looked_for_and_shown_beside_the_row() -> None:
    picker = a_picker(3)
    hands = Hands(picker)
    assert not any(isinstance(effect, SearchSessions) and effect.words for effect in hands.press("n", "e"))
    (effect,) = hands.press("e")
    assert isinstance(effect, SearchSessions)
    assert (effect.words, len(effect.sessions)) == ("nee", 3)
    picker.said("nee", {}, Searched(1, 3))
    assert "  searching …" in shown(picker)
    assert any("searching what was said, 1 of 3" in row for row in shown(picker, 100))
    picker.said("nee", {"/s/2": "… a needle in …"}, None)
    picker.said("other", {"/s/3": "too late"}, None)
    assert [row for row in shown(picker) if "talk" in row] == ["> 2 days ago  2 minutes ago  talk 2  … a needle in …"]
    assert hands.press(ENTER) == [PickSession("/s/2")]


def test_a_preview_shows_what_was_said_and_goes_back() -> None:
    picker = a_picker(2)
    hands = Hands(picker)
    assert hands.press(ctrl("t")) == [PreviewSession("/s/1")]
    assert "reading …" in shown(picker)
    picker.previewed("/s/2", "late")
    said = Excerpt((SaidWords("user", "fix\x1b[2J it"), SaidWords("agent", "done\nnow")), (), is_whole=True)
    picker.previewed("/s/1", said)
    assert [row for row in shown(picker) if row and row[0] in "›• " and ":" not in row][:3] == [
        "› fix it",
        "• done",
        "  now",
    ]
    hands.press("q")
    assert "Resume a session" in shown(picker)
    hands.press(ctrl("t"))
    picker.previewed("/s/1", "Permission denied")
    assert "It cannot be read: Permission denied" in shown(picker)
    assert hands.press(ENTER) == [PickSession("/s/1")]


def test_inside_of_a_session_esc_and_ctrl_c_go_back_to_it() -> None:
    for key_ in (ESC, CTRL_C):
        picker = ResumePicker(lambda: NOW, inside=True)
        assert "esc back" in shown(picker)[-1]
        assert Hands(picker).press(key_)[0] == PickSession(None)


def test_tab_leaves_the_sessions_of_this_folder() -> None:
    picker = ResumePicker(lambda: NOW, "/w")
    picker.add(
        [SavedSession("/s/1", NOW, NOW, "one", "/elsewhere"), SavedSession("/s/2", NOW, NOW, "two", "/w")],
        ReadSoFar(ended=True),
    )
    hands = Hands(picker)
    hands.press(Key("tab"))
    assert not any("one" in row for row in shown(picker))
    assert any(row.startswith("> ") and row.endswith("two") for row in shown(picker))
    assert hands.press(Key("tab"), ENTER) == [PickSession("/s/1")]


def test_a_session_is_found_by_its_id() -> None:
    picker = ResumePicker(lambda: NOW)
    picker.add(
        [SavedSession("/s/1", NOW, NOW, "one"), SavedSession("/s/2", NOW, NOW, "two", "/w", "01a20ede-dbcd")],
        ReadSoFar(ended=True),
    )
    hands = Hands(picker)
    assert hands.press(*"01A20EDE", ENTER)[-1] == PickSession("/s/2")


def test_the_remark_tells_why_nothing_is_there() -> None:
    picker = a_picker(0)
    assert "  no saved sessions" in shown(picker)
    picker = ResumePicker(lambda: NOW)
    picker.add(sessions(3), ReadSoFar(ended=True, reached_limit=True))
    Hands(picker).press("z")
    assert any("first" in row for row in shown(picker))


def test_what_users_said_is_one_row_without_control_characters() -> None:
    picker = ResumePicker(lambda: NOW)
    picker.add([SavedSession("/s", None, None, "a\nb\x1b[2J " + "x" * 100)], ReadSoFar(ended=True))
    (row,) = [row for row in shown(picker, 60) if row.startswith("> ")]
    assert row.startswith("> -        -        a b xxx")
    assert row.endswith("...")
    picker = ResumePicker(lambda: NOW)
    picker.add([SavedSession("/s", None, None, "")], ReadSoFar(ended=True))
    assert any(row.endswith("(no message yet)") for row in shown(picker))


def test_the_list_of_a_fork_says_so() -> None:
    rows = shown(ResumePicker(lambda: NOW, forks=True))
    assert rows[0] == "Fork a session"
    assert "enter fork" in rows[-1]
