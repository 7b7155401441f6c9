"""What counts as an answer to any question: after a pause, and never a paste."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from terminal_keys import DOWN, ENTER, Hands, key, shown

from octavo.frontends.terminal.effects.screen import ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.views.approval import command_question
from octavo.frontends.terminal.views.approvals_picker import full_access_question
from octavo.frontends.terminal.views.sign_in import SignInStep
from octavo.frontends.terminal.views.trust_question import TrustQuestion
from octavo.frontends.terminal.views.view import View
from octavo.protocol.events import ExecApprovalRequest

QUESTIONS: list[Callable[[], View]] = [
    full_access_question,
    lambda: TrustQuestion("/ws", in_repository=True),
    lambda: command_question("1", ExecApprovalRequest("c", ("ls",), "/w")),
]
every_question = pytest.mark.parametrize("make", QUESTIONS)
every_choice = pytest.mark.parametrize("make", [*QUESTIONS, SignInStep])
TOO_SOON = 0.2
"""A pause between keys that is too short to have read the question."""


def drafted(hands: Hands) -> str:
    assert all(isinstance(effect, ToDraft) for effect in hands.effects)
    return "".join(effect.input.text for effect in hands.effects if isinstance(effect, ToDraft))


@every_question
def test_keys_that_come_too_soon_go_to_the_draft(make: Callable[[], View]) -> None:
    hands = Hands(make())
    before = shown(hands.stack)
    hands.press("1", "y", "2", ENTER, gap=TOO_SOON)
    assert drafted(hands) == "1y2"
    assert shown(hands.stack) == before


@every_choice
def test_a_paste_is_no_answer(make: Callable[[], View]) -> None:
    hands = Hands(make())
    before = shown(hands.stack)
    assert hands.press(Paste("1\r"), Paste("y")) == []
    assert shown(hands.stack) == before


@every_choice
def test_a_paste_without_brackets_is_no_answer(make: Callable[[], View]) -> None:
    hands = Hands(make())
    before = shown(hands.stack)
    hands.now += 1.0
    hands.press("1", "y", "2", ENTER, gap=0.001)
    hands.press(gap=1.0)
    assert drafted(hands) == "1y2"
    assert shown(hands.stack) == before


@every_question
def test_a_key_after_a_pause_counts(make: Callable[[], View]) -> None:
    hands = Hands(make())
    hands.press("1", gap=TOO_SOON)
    before = shown(hands.stack)
    hands.press(DOWN)
    assert shown(hands.stack) != before
    hands.press("2")
    assert hands.stack.top is None or shown(hands.stack) != before


def test_a_sign_in_takes_the_first_key_at_once() -> None:
    step = SignInStep()
    step.appear(5.0)
    before = step.rows(80, 24)
    step.handle(DOWN, 5.0)
    assert step.rows(80, 24) != before


def test_a_character_counts_before_what_comes_later_even_if_nobody_looked_at_the_clock() -> None:
    hands = Hands(TrustQuestion("/ws", in_repository=True))
    hands.now += 1.0
    assert hands.stack.handle(key("y"), hands.now) == ()
    effects = hands.stack.handle(Key("x", text="x"), hands.now + 0.5)
    assert effects[-1] == ToDraft(key("x"))
    assert len(effects) == 2
    assert hands.stack.top is None
