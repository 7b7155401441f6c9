"""Notifications: when, which, and that their text is harmless."""

from __future__ import annotations

import pytest

from octavo.frontends.terminal.notifications import Notifier


def away(wanted: bool | tuple[str, ...] = True) -> Notifier:
    notifier = Notifier(wanted)
    notifier.focus(gained=False)
    return notifier


def test_nothing_is_sent_while_focused_or_before_the_terminal_said_anything() -> None:
    notifier = Notifier(True)
    notifier.turn_complete("Done")
    assert notifier.take() is None
    notifier.focus(gained=False)
    assert notifier.take() is None, "it does not wait for the focus to go"
    notifier.turn_complete("Done")
    assert notifier.take() == "Done"
    notifier.focus(gained=True)
    notifier.turn_complete("Done")
    assert notifier.take() is None


def test_a_user_may_want_to_be_told_always() -> None:
    notifier = Notifier(True, condition="always")
    notifier.turn_complete("Done")
    assert notifier.take() == "Done"


@pytest.mark.parametrize(
    ("wanted", "turn", "question"),
    [
        (False, False, False),
        (True, True, True),
        (("approval-requested",), False, True),
        (("agent-turn-complete",), True, False),
        ((), False, False),
    ],
)
def test_the_configuration_chooses_the_kinds(wanted: bool | tuple[str, ...], turn: bool, question: bool) -> None:
    notifier = away(wanted)
    notifier.turn_complete("Done")
    assert (notifier.take() is not None) == turn
    notifier.command_question(("ls",))
    assert (notifier.take() is not None) == question


def test_only_the_last_one_is_sent_and_only_once() -> None:
    notifier = away()
    notifier.turn_complete("one")
    notifier.turn_complete("two")
    assert notifier.take() == "two"
    assert notifier.take() is None


def test_the_last_message_in_one_line_of_two_hundred_graphemes() -> None:
    notifier = away()
    notifier.turn_complete("many   words\n\napart " + "x" * 300)
    assert notifier.take() == "many words apart " + "x" * 180 + "..."
    notifier.turn_complete("  ")
    assert notifier.take()


def test_a_command_in_thirty_characters() -> None:
    notifier = away()
    notifier.command_question(("bash", "-lc", "touch some-file-with-a-long-name"))
    assert notifier.take() == "Approval requested: bash -lc 'touch some-file-w..."


def test_a_patch_names_its_file_or_their_number() -> None:
    notifier = away()
    notifier.patch_question(["/w/src/a.py"], "/w")
    assert notifier.take() == "Codex wants to edit src/a.py"
    notifier.patch_question(["/elsewhere/a.py"], "/w")
    assert notifier.take() == "Codex wants to edit /elsewhere/a.py"
    notifier.patch_question(["/w/a", "/w/b"], "/w")
    assert notifier.take() == "Codex wants to edit 2 files"


def test_no_control_character_gets_out() -> None:
    notifier = away()
    notifier.turn_complete("a\x07b\x1b]0;title\x07c\x9cd")
    text = notifier.take()
    assert text is not None
    assert text.isprintable()
