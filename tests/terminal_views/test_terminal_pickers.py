"""The pickers of `/model`, `/approvals`, `/review` and `/feedback`, and the note box."""

from __future__ import annotations

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, ctrl, key, shown

from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.screen import Info, QuitHint, ToDraft
from octavo.frontends.terminal.effects.settings import ChooseApprovals, ChooseModel
from octavo.frontends.terminal.effects.shows import ListBranches, ListCommits, SendFeedback
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import RED
from octavo.frontends.terminal.themes.theme import TERMINAL
from octavo.frontends.terminal.views.approvals_picker import approvals_picker
from octavo.frontends.terminal.views.feedback import feedback_picker
from octavo.frontends.terminal.views.model_picker import model_picker
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.review_picker import Commit, branch_list, commit_list, review_picker
from octavo.frontends.terminal.views.view import STAY
from octavo.protocol.ops import Review


def options(hands: Hands) -> list[str]:
    """What the rows of the list on top are called."""
    rows = shown(hands.stack, 100, 40)
    return [row[2:].split("  ")[0] for row in rows if row[2:3].isdigit()]


# --- model ---


def test_the_models_then_the_efforts_of_the_chosen_one() -> None:
    hands = Hands(model_picker("gpt-5-codex", None))
    assert options(hands) == ["1. gpt-5-codex (current)", "2. gpt-5"]
    hands.press("2")
    assert options(hands) == ["1. Minimal", "2. Low", "3. Medium (default)", "4. High"]
    assert hands.press("2") == [ChooseModel("gpt-5", "low")]
    assert hands.stack.top is None


def test_the_codex_model_has_three_efforts_and_the_current_one_is_selected() -> None:
    hands = Hands(model_picker("gpt-5-codex", "high"))
    hands.press(ENTER)
    assert options(hands) == ["1. Low", "2. Medium (default)", "3. High (current)"]
    assert hands.press(ENTER) == [ChooseModel("gpt-5-codex", "high")]


def test_the_warning_about_limits_stands_only_while_high_is_selected() -> None:
    hands = Hands(model_picker("gpt-5-codex", None))
    hands.press(ENTER)
    assert "limits" not in "\n".join(shown(hands.stack, 120, 40))
    hands.press(UP, UP)
    assert "limits" in "\n".join(shown(hands.stack, 120, 40))


def test_a_model_of_ones_own_is_listed_as_well() -> None:
    hands = Hands(model_picker("my-own-model", "low"))
    assert options(hands) == ["1. my-own-model (current)", "2. gpt-5-codex", "3. gpt-5"]


def test_esc_in_the_efforts_goes_back_to_the_models() -> None:
    hands = Hands(model_picker("gpt-5-codex", None))
    hands.press("2", ESC)
    assert options(hands)[0] == "1. gpt-5-codex (current)"
    assert hands.press(CTRL_C) == [QuitHint()]


# --- approvals ---


def test_the_presets_with_the_current_one_selected() -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=False))
    assert options(hands) == ["1. Read Only", "2. Auto (current)", "3. Full Access"]
    assert hands.press(UP, ENTER) == [ChooseApprovals("on-request", "read-only")]


def test_nothing_is_current_when_only_one_of_the_two_fits() -> None:
    hands = Hands(approvals_picker("never", "workspace-write", full_access_known=False))
    assert options(hands) == ["1. Read Only", "2. Auto", "3. Full Access"]


def test_full_access_is_asked_about_in_red() -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=False))
    assert hands.press("3") == []
    assert len(options(hands)) == 3
    rows, _ = hands.stack.rows(100, 40)
    assert any(TERMINAL.look(span.style).fg == RED for row in rows for span in row.spans)


@pytest.mark.parametrize(
    ("keys", "effects"),
    [
        (["1"], [ChooseApprovals("never", "danger-full-access")]),
        (["2"], [ChooseApprovals("never", "danger-full-access", hide_warning=True)]),
    ],
)
def test_a_yes_gives_full_access(keys: list[str], effects: list[ChooseApprovals]) -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=False))
    assert hands.press("3", *keys) == effects
    assert hands.stack.top is None


@pytest.mark.parametrize("back", ["3", ESC, CTRL_C])
def test_a_no_goes_back_to_the_list(back: str | Key) -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=False))
    assert hands.press("3", back) == []
    assert "2. Auto (current)" in options(hands)


def test_the_question_before_full_access_is_not_answered_by_a_key_that_comes_too_soon() -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=False))
    hands.press("3")
    assert hands.press("1", gap=0.1) == [ToDraft(key("1"))]
    assert hands.press(ENTER, gap=0.1) == []


def test_who_knows_full_access_is_not_asked() -> None:
    hands = Hands(approvals_picker("on-request", "workspace-write", full_access_known=True))
    assert hands.press("3") == [ChooseApprovals("never", "danger-full-access")]


# --- review ---


def review_of(effect: object) -> tuple[str, str]:
    assert isinstance(effect, Operate)
    assert isinstance(effect.op, Review)
    return effect.op.review_request.prompt, effect.op.review_request.user_facing_hint


def test_the_four_kinds_of_review() -> None:
    hands = Hands(review_picker())
    assert len(options(hands)) == 4
    assert hands.press("1") == [ListBranches()]
    assert hands.press("3") == [ListCommits()]
    assert hands.stack.top is not None
    (effect,) = hands.press("2")
    assert review_of(effect)[1] == "current changes"
    assert hands.stack.top is None


def test_a_review_against_a_branch() -> None:
    hands = Hands(review_picker(), branch_list("main", ["main", "feature-x"]))
    assert "› main -> main" in shown(hands.stack)
    (effect,) = hands.press(*"feat", ENTER)
    prompt, hint = review_of(effect)
    assert hint == "changes against 'feature-x'"
    assert "feature-x" in prompt
    assert hands.stack.top is None
    assert "› (detached HEAD) -> main" in shown(branch_list(None, ["main"]))


def test_a_branch_name_is_quoted_where_the_model_may_run_it() -> None:
    hands = Hands(branch_list("main", ["x;rm"]))
    (effect,) = hands.press(ENTER)
    assert "merge-base HEAD 'x;rm'" in review_of(effect)[0]


def test_a_review_of_a_commit_found_by_its_hash() -> None:
    commits = [Commit("a" * 40, "second step"), Commit("b" * 40, "first")]
    hands = Hands(review_picker(), commit_list(commits))
    (effect,) = hands.press(*"bbb", ENTER)
    prompt, hint = review_of(effect)
    assert hint == "commit bbbbbbb"
    assert "b" * 40 in prompt
    assert "first" in prompt


def test_a_review_by_instructions() -> None:
    hands = Hands(review_picker())
    hands.press("4", ENTER)
    assert hands.stack.top is not None, "empty instructions start nothing"
    (effect,) = hands.press(*"names", ENTER)
    assert review_of(effect) == ("names", "names")
    assert hands.stack.top is None


def test_esc_goes_one_step_back_each_time() -> None:
    hands = Hands(review_picker())
    hands.press("4", *"half a thought", ESC)
    assert len(options(hands)) == 4
    hands.press(ESC)
    assert hands.stack.top is None


# --- feedback ---


def test_a_report_needs_kind_and_consent_and_takes_a_note() -> None:
    hands = Hands(feedback_picker(("codex-logs.log", "rollout.jsonl")))
    assert options(hands) == ["1. bug", "2. bad result", "3. good result", "4. other"]
    hands.press("2")
    assert {"  - codex-logs.log", "  - rollout.jsonl"} <= set(shown(hands.stack))
    hands.press("1")
    assert hands.press(*"slow", ENTER) == [SendFeedback("bad_result", "slow")]
    assert hands.stack.top is None


def test_the_note_may_stay_empty() -> None:
    hands = Hands(feedback_picker(("codex-logs.log",)))
    assert hands.press("1", "1", ENTER) == [SendFeedback("bug", "")]


def test_without_consent_nothing_is_sent() -> None:
    hands = Hands(feedback_picker(("codex-logs.log",)))
    (effect,) = hands.press("1", "2")
    assert isinstance(effect, Info)
    assert hands.stack.top is None


# --- notes ---


def a_note() -> Note:
    return Note("Title", "placeholder", lambda text: (Info(text),) if text else None)


def test_a_note_has_a_gutter_and_the_cursor_stands_behind_it() -> None:
    view = a_note()
    assert "▌ placeholder" in shown(view)
    hands = Hands(view)
    hands.press(*"日本")
    rows, cursor = view.rows(40, 10)
    assert cursor is not None
    assert rows[cursor[0]].text == "▌ 日本"
    assert cursor[1] == 6


def test_the_keys_of_the_composer_edit_it() -> None:
    hands = Hands(a_note())
    hands.press(*"names look at", ctrl("w"), ctrl("w"), ctrl("k"), *"of files", Key("home"), *"the ")
    assert "▌ the names of files" in shown(hands.stack)


@pytest.mark.parametrize("newline", [Key("enter", shift=True), Key("enter", alt=True), ctrl("j")])
def test_a_modified_enter_begins_a_new_line(newline: Key) -> None:
    hands = Hands(a_note())
    assert hands.press("a", newline, "b", ENTER) == [Info("a\nb")]


def test_a_paste_is_inserted_and_never_sends() -> None:
    hands = Hands(a_note())
    assert hands.press(Paste("one\r\ntwo\r")) == []
    assert hands.press(ENTER) == [Info("one\ntwo\n")]


def test_a_paste_without_brackets_does_not_send() -> None:
    hands = Hands(a_note())
    hands.press("a", gap=0.5)
    hands.now -= 0.02
    assert hands.stack.handle(ENTER, hands.now + 0.001) == ()
    assert hands.press(ENTER) == [Info("a\n")]


def test_at_most_eight_rows_are_seen_around_the_cursor() -> None:
    view = a_note()
    view.handle(Paste("\n".join(f"line {number}" for number in range(20))), 0.0)
    rows = [row for row in shown(view) if row.startswith("▌")]
    assert len(rows) == 8
    assert rows[-1] == "▌ line 19"
    for _ in range(19):
        view.handle(UP, 0.0)
    assert "▌ line 0" in shown(view)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 3), (20, 5)])
def test_a_note_fits_into_any_size(size: tuple[int, int]) -> None:
    view = a_note()
    assert view.handle(Paste("some words 日本語"), 0.0) is STAY
    rows, cursor = view.rows(*size)
    assert 1 <= len(rows) <= size[1]
    assert cursor is not None
    assert cursor[0] < len(rows)
    assert cursor[1] < size[0]


def test_arrows_move_in_a_note() -> None:
    hands = Hands(a_note())
    hands.press(*"ab", Key("left"), "x", DOWN, "y")
    assert "▌ axby" in shown(hands.stack)
