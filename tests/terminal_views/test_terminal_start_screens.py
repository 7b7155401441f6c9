"""The screens before a session: sign-in, trust, resume picker, update prompt."""

from __future__ import annotations

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, ctrl, key, shown

from octavo.frontends.terminal.effects.beginning import (
    AnswerTrust,
    CancelSignIn,
    DismissUpdate,
    RunUpdate,
    SaveKey,
    SignIn,
)
from octavo.frontends.terminal.effects.screen import Quit, ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.views.onboarding import Onboarding
from octavo.frontends.terminal.views.sign_in import NO_API_KEY, NO_CHATGPT, SignInStep
from octavo.frontends.terminal.views.trust_question import TrustQuestion
from octavo.frontends.terminal.views.update_prompt import UpdatePrompt
from octavo.frontends.terminal.views.view import View

SIZES = [(1, 1), (10, 3), (20, 6), (40, 15), (80, 24), (120, 40)]


def fits(view: View, size: tuple[int, int]) -> None:
    rows, cursor = view.rows(*size)
    assert len(rows) <= size[1]
    assert all(line_width(row) <= size[0] for row in rows)
    assert cursor is None or (cursor[0] < size[1] and cursor[1] < size[0])


# --- sign-in ---


@pytest.mark.parametrize("keys", [["2"], [DOWN, ENTER], ["j", ENTER], [UP, ENTER], ["k", ENTER]])
def test_the_keys_that_lead_to_the_field_for_an_api_key(keys: list[str | Key]) -> None:
    hands = Hands(SignInStep())
    hands.press(*keys)
    assert any(row.startswith("  ╭") for row in shown(hands.stack))


def test_a_pasted_key_is_trimmed_and_hidden() -> None:
    hands = Hands(SignInStep())
    hands.press("2", Paste("  sk-secret \r\n"))
    assert "sk-secret" not in "\n".join(shown(hands.stack))
    assert "•" * len("sk-secret") in "\n".join(shown(hands.stack))
    assert hands.press(ENTER) == [SaveKey("sk-secret")]
    assert "sk-secret" not in repr(SaveKey("sk-secret"))


def test_q_is_a_character_of_the_key_and_ctrl_c_leaves() -> None:
    hands = Hands(SignInStep())
    hands.press("2", *"sk-qq", Key("backspace"))
    assert hands.press(ENTER) == [SaveKey("sk-q")]
    hands = Hands(SignInStep())
    assert hands.press("2", "q", CTRL_C)[0] == Quit()


@pytest.mark.parametrize("leave", ["q", CTRL_C, ctrl("d")])
def test_leaving_the_sign_in_ends_the_program(leave: str | Key) -> None:
    hands = Hands(SignInStep())
    assert hands.press(leave)[0] == Quit()
    assert hands.stack.top is None


def test_an_empty_key_is_refused_and_esc_goes_back() -> None:
    hands = Hands(SignInStep())
    assert hands.press("2", ENTER, ESC) == []
    assert any(row.startswith("› 2. ") for row in shown(hands.stack))


def test_a_key_of_the_environment_is_offered_and_typing_replaces_it() -> None:
    hands = Hands(SignInStep(known_key="sk-known"))
    assert hands.press("2", ENTER) == [SaveKey("sk-known")]
    hands = Hands(SignInStep(known_key="sk-known"))
    assert hands.press("2", *"new", ENTER) == [SaveKey("new")]
    hands = Hands(SignInStep(known_key="sk-known"))
    assert hands.press("2", Key("backspace"), ENTER) == []


def test_a_key_that_cannot_be_saved_can_be_typed_again() -> None:
    step = SignInStep()
    hands = Hands(step)
    hands.press("2", "k", ENTER)
    step.failed("the disk is full")
    assert "  the disk is full" in shown(hands.stack)
    assert hands.press("2", ENTER) == [SaveKey("k2")]


def test_the_browser_login_shows_its_address_and_esc_gives_it_up() -> None:
    step = SignInStep()
    hands = Hands(step)
    assert hands.press("1") == [SignIn()]
    step.waits_at("http://localhost/" + "x" * 100)
    rows = shown(hands.stack, 60)
    at = next(index for index, row in enumerate(rows) if row.startswith("http://"))
    assert "".join(rows[at : at + 2]) == "http://localhost/" + "x" * 100
    assert hands.press(ESC) == [CancelSignIn()]
    assert any(row.startswith("› 1. ") for row in shown(hands.stack))


def test_the_wait_for_the_browser_moves_ten_times_a_second() -> None:
    step = SignInStep()
    hands = Hands(step)
    assert hands.stack.deadline() is None
    hands.press("1")
    due = hands.stack.deadline()
    assert due is not None
    before = step.rows(80, 24)
    hands.stack.tick(due)
    again = hands.stack.deadline()
    assert again is not None
    assert again - due == pytest.approx(0.1)
    assert step.rows(80, 24) != before


def test_after_the_browser_a_page_of_advice_waits_for_enter() -> None:
    step = SignInStep()
    view = Onboarding(step, None)
    hands = Hands(view)
    hands.press("1")
    step.waits_at("http://localhost/")
    assert view.signed_in(hands.now).then == "stay"
    assert "signed in" in "\n".join(shown(view))
    hands.press(ENTER)
    assert hands.stack.top is None


def test_a_browser_login_that_fails_goes_back_to_the_choice() -> None:
    step = SignInStep()
    hands = Hands(step)
    hands.press("1")
    step.failed("Login was not completed")
    assert "  Login was not completed" in shown(step)
    assert any(row.startswith("› 1. ") for row in shown(step))


def test_forced_chatgpt_refuses_a_key() -> None:
    step = SignInStep("chatgpt")
    hands = Hands(step)
    assert not any(row[2:].startswith("2. ") for row in shown(step))
    assert hands.press("2", DOWN, Key("j", text="j")) == []
    assert "  " + NO_API_KEY in shown(step)
    assert any(row.startswith("› 1. ") for row in shown(step))


def test_forced_api_suggests_the_key_and_refuses_chatgpt() -> None:
    step = SignInStep("api")
    hands = Hands(step)
    assert any(row.startswith("› 2. ") for row in shown(step))
    assert hands.press("1") == []
    assert "  " + NO_CHATGPT in shown(step)
    hands.press(ENTER)
    assert any(row.startswith("  ╭") for row in shown(step))


# --- trust ---


@pytest.mark.parametrize(
    ("in_repository", "keys", "trusted"),
    [
        (True, [ENTER], True),
        (False, [ENTER], False),
        (False, ["y"], True),
        (False, ["1"], True),
        (True, ["n"], False),
        (True, ["2"], False),
        (True, [DOWN, ENTER], False),
        (False, ["k", ENTER], True),
        (True, ["q"], False),
        (True, [CTRL_C], False),
        (True, [ctrl("d")], False),
    ],
)
def test_trust(in_repository: bool, keys: list[str | Key], trusted: bool) -> None:
    hands = Hands(TrustQuestion("/home/me/ws", in_repository=in_repository))
    assert any("/home/me/ws" in row for row in shown(hands.stack))
    assert hands.press(*keys)[0] == AnswerTrust(trusted)


def test_keys_typed_before_the_trust_question_stood_go_to_the_draft() -> None:
    hands = Hands(TrustQuestion("/ws", in_repository=True))
    assert hands.press("y", ENTER, "1", gap=0.1) == [ToDraft(key("y")), ToDraft(key("1"))]


def test_a_folder_with_a_strange_name_is_shown_as_it_is() -> None:
    assert "/w/a\\u202eb" in "\n".join(shown(TrustQuestion("/w/a\u202eb", in_repository=True)))


# --- both ---


def test_trust_comes_after_the_sign_in_and_waits_for_its_own_quiet() -> None:
    step = SignInStep()
    view = Onboarding(step, TrustQuestion("/ws", in_repository=True))
    hands = Hands(view)
    hands.press("2", *"key", ENTER)
    assert view.signed_in(hands.now).then == "stay"
    rows = shown(view, 80, 40)
    assert "  ✔ signed in" in rows
    assert any("/ws" in row for row in rows)
    assert hands.press(ENTER, gap=0.1) == []
    assert hands.press(ENTER) == [AnswerTrust(True)]
    assert hands.stack.top is None


def test_the_picture_moves_only_where_there_is_room() -> None:
    view = Onboarding(SignInStep(), None)
    view.rows(80, 24)
    due = view.deadline()
    assert due is not None
    before = view.rows(80, 24)
    view.tick(due)
    after = view.rows(80, 24)
    assert after != before
    view.handle(ctrl("."), due)
    assert view.rows(80, 24) != after
    view.rows(59, 24)
    assert view.deadline() is None


@pytest.mark.parametrize("size", SIZES)
def test_every_step_fits_into_any_size(size: tuple[int, int]) -> None:
    step = SignInStep()
    fits(Onboarding(step, TrustQuestion("/ws", in_repository=True)), size)
    step.handle(key("2"), 0.0)
    fits(Onboarding(step, None), size)
    fits(Onboarding(None, TrustQuestion("/a/long/folder " * 10, in_repository=False)), size)


# --- update ---


@pytest.mark.parametrize(
    ("keys", "effects"),
    [
        ([ENTER], [RunUpdate()]),
        (["1"], [RunUpdate()]),
        (["2"], []),
        (["j", ENTER], []),
        (["3"], [DismissUpdate("9.9.9")]),
        ([UP, ENTER], [DismissUpdate("9.9.9")]),
        (["k", ENTER], [DismissUpdate("9.9.9")]),
        ([ESC], []),
        ([ctrl("d")], []),
    ],
)
def test_the_update_prompt(keys: list[str | Key], effects: list[object]) -> None:
    hands = Hands(UpdatePrompt("1.0.0", "9.9.9", "some command"))
    assert any("9.9.9" in row for row in shown(hands.stack))
    assert hands.press(*keys) == effects
    assert hands.stack.top is None


@pytest.mark.parametrize("size", SIZES)
def test_the_update_prompt_fits_into_any_size(size: tuple[int, int]) -> None:
    fits(UpdatePrompt("1.0.0", "9.9.9", "some command"), size)
