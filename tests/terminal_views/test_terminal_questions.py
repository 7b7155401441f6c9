"""Questions before commands and patches: their rows, their answers, and that nothing answers them by accident."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, ctrl, key, shown

from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.effects.composer import Interrupt
from octavo.frontends.terminal.effects.conversation import Answer, Operate
from octavo.frontends.terminal.effects.screen import HeldEscape, OpenPager, QuitHint, ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import GREEN, RED, Style
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.themes.theme import TERMINAL
from octavo.frontends.terminal.views.approval import command_question, patch_question
from octavo.frontends.terminal.views.note import Note
from octavo.frontends.terminal.views.question import Question
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange
from octavo.protocol.events import ApplyPatchApprovalRequest, CommandRisk, ExecApprovalRequest
from octavo.protocol.ops import ExecApproval, Remember

COMMAND = ("bash", "-lc", "touch made.txt")


def asked(command: tuple[str, ...] = COMMAND, **more: object) -> Question:
    return command_question("event-1", ExecApprovalRequest("call-1", command, "/w", **more))  # type: ignore[arg-type]


def answer(decision: str, command: tuple[str, ...] | None = COMMAND) -> Answer:
    return Answer("event-1", "call-1", decision, command)  # type: ignore[arg-type]


def about_patch(content: str = "text\n") -> Question:
    changes = {"/w/a.txt": FileChange(add=AddedFile(content)), "/w/b.txt": FileChange(delete=DeletedFile("gone\n"))}
    request = ApplyPatchApprovalRequest("call-1", changes)
    return patch_question("event-1", request, lambda path: path.removeprefix("/w/"))


# --- rows ---


def test_the_question_its_command_and_three_answers() -> None:
    rows = shown(asked())
    assert rows == [
        "  May this command run?",
        "",
        "  $ touch made.txt",
        "",
        "› 1. Yes, run it   y",
        "  2. Yes, and stop asking for this command in this session   a",
        "  3. No, let me say what to do instead   esc",
        "",
        "  enter to confirm, p to remember, esc to cancel",
    ]


def test_the_reason_stands_above_the_command_in_italics() -> None:
    view = asked(reason="It lies outside.")
    assert shown(view)[2:5] == ["  Reason: It lies outside.", "", "  $ touch made.txt"]
    rows, _ = view.rows(80, 24)
    assert TERMINAL.look(rows[2].spans[-1].style).italic
    assert shown(asked(reason="  "))[2] == "  $ touch made.txt"


def test_summary_and_risk_stand_below_the_reason() -> None:
    risk = CommandRisk("Creates a file.", "high", ("system_modification", "privilege_escalation"))
    view = asked(reason="Because.", risk=risk)
    assert shown(view)[2:7] == [
        "  Reason: Because.",
        "  Summary: Creates a file.",
        "  Risk: HIGH (system modification, privilege escalation)",
        "",
        "  $ touch made.txt",
    ]
    rows, _ = view.rows(80, 24)
    assert Style(fg=RED, bold=True) in [TERMINAL.look(span.style) for span in rows[4].spans]


def test_without_categories_there_are_no_parentheses_and_an_empty_summary_is_left_out() -> None:
    view = asked(risk=CommandRisk("", "low", ()))
    assert shown(view)[2:5] == ["  Risk: LOW", "", "  $ touch made.txt"]
    rows, _ = view.rows(80, 24)
    assert Style(fg=GREEN, bold=True) in [TERMINAL.look(span.style) for span in rows[2].spans]


def test_a_script_is_shown_whole_line_by_line() -> None:
    assert shown(asked(("bash", "-lc", "echo a\necho b")))[2:4] == ["  $ echo a", "    echo b"]


def test_other_commands_are_quoted_and_a_shell_elsewhere_is_named() -> None:
    assert shown(asked(("rm", "a b")))[2] == "  $ rm 'a b'"
    assert shown(asked(("/tmp/bash", "-lc", "ls")))[2] == "  $ /tmp/bash -lc ls"


@pytest.mark.parametrize(
    ("script", "row"),
    [
        ("rm -rf x\rls", "  $ rm -rf x\\rls"),
        ("rm x\x1b[2K\x08ls", "  $ rm x\\x1b[2K\\bls"),
        ("echo \u202ecba", "  $ echo \\u202ecba"),
        ("a\u200bb", "  $ a\\u200bb"),
    ],
)
def test_what_would_change_the_reading_is_made_visible(script: str, row: str) -> None:
    assert shown(asked(("bash", "-lc", script)))[2] == row


def test_each_character_of_a_long_line_is_shown_and_no_blank_is_dropped() -> None:
    script = "echo " + "x" * 300 + "   " + "y" * 100
    view = asked(("bash", "-lc", script))
    rows = shown(view, 40, 60)
    body = rows[2 : rows.index("› 1. Yes, run it   y") - 1]
    assert (
        "".join(row[4:].ljust(36) if number < len(body) - 1 else row[4:] for number, row in enumerate(body)) == script
    )


def test_a_long_script_leaves_the_answers_in_view_and_ctrl_a_shows_it_all() -> None:
    script = "\n".join(f"echo line {number}" for number in range(1, 201))
    hands = Hands(asked(("bash", "-lc", script)))
    rows = shown(hands.stack, 80, 20)
    assert len(rows) == 20
    assert "  $ echo line 1" in rows
    assert any("200 lines" in row and "ctrl + a" in row for row in rows)
    assert any(row.endswith("esc") for row in rows)
    (effect,) = hands.press(ctrl("a"))
    assert isinstance(effect, OpenPager)
    pager = shown(effect.pager, 80, 300)
    assert pager[0].startswith("/ E X E C /")
    assert "    echo line 200" in pager


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (40, 15), (20, 6), (10, 3), (5, 2), (1, 1)])
def test_any_size_is_kept_and_the_selected_answer_is_seen(size: tuple[int, int]) -> None:
    view = asked(("bash", "-lc", "echo 日本語 " * 100), reason="A reason that is rather long for so few columns.")
    rows, _ = view.rows(*size)
    assert 1 <= len(rows) <= size[1]
    assert all(line_width(row) <= size[0] for row in rows)
    assert any(row.text.startswith("›") for row in rows)


def test_at_ten_rows_all_answers_and_some_of_the_command_are_seen() -> None:
    rows = shown(asked(("bash", "-lc", "echo a\n" * 50)), 40, 10)
    assert sum(row[2:4] in ("1.", "2.", "3.") for row in rows) == 3
    assert any(row.startswith("  $ echo a") for row in rows)


def test_a_patch_has_two_answers_and_its_own_pager() -> None:
    hands = Hands(about_patch())
    rows = shown(hands.stack)
    assert rows[2:8] == ["  a.txt (+1 -0)", "", "    1 +text", "", "  b.txt (+0 -1)", ""]
    assert "  2. No, let me say what to do instead   esc" in rows
    assert not any("3." in row for row in rows)
    (effect,) = hands.press(ctrl("a"))
    assert isinstance(effect, OpenPager)
    assert shown(effect.pager)[0].startswith("/ P A T C H /")


def test_what_would_change_the_reading_of_a_patch_is_made_visible() -> None:
    rows = shown(about_patch("a\u202eb\tc\x1b[2J\r\n"))
    assert "    1 +a\\u202eb c\\x1b[2J" in rows


# --- answers ---


@pytest.mark.parametrize(
    ("keys", "decision"),
    [
        (["y"], "approved"),
        (["1"], "approved"),
        ([ENTER], "approved"),
        ([DOWN, UP, ENTER], "approved"),
        ([DOWN, DOWN, DOWN, ENTER], "approved"),
        (["a"], "approved_for_session"),
        (["2"], "approved_for_session"),
        ([DOWN, ENTER], "approved_for_session"),
        (["n"], "abort"),
        (["3"], "abort"),
        ([ESC], "abort"),
        ([CTRL_C], "abort"),
        ([UP, ENTER], "abort"),
    ],
)
def test_each_key_gives_its_answer(keys: list[Key | str], decision: str) -> None:
    hands = Hands(asked())
    hands.press(*keys)
    assert hands.effects[0] == answer(decision)
    assert hands.stack.top is None


@pytest.mark.parametrize(
    ("keys", "decision"), [(["y"], "approved"), (["n"], "abort"), (["2"], "abort"), ([DOWN, ENTER], "abort")]
)
def test_each_key_gives_its_answer_to_a_patch(keys: list[Key | str], decision: str) -> None:
    hands = Hands(about_patch())
    hands.press("a", "3")
    assert hands.effects == []
    hands.press(*keys)
    assert hands.effects == [answer(decision, None)]


def test_ctrl_c_gives_the_quit_hint_as_well() -> None:
    hands = Hands(asked())
    assert hands.press(CTRL_C) == [answer("abort"), QuitHint()]


def test_questions_are_asked_in_the_order_in_which_they_came() -> None:
    hands = Hands(asked(("one",)), asked(("two",)), asked(("three",)))
    for name in ("one", "two", "three"):
        assert f"  $ {name}" in shown(hands.stack)
        hands.press("y")
    assert [effect.command for effect in hands.effects if isinstance(effect, Answer)] == [
        ("one",),
        ("two",),
        ("three",),
    ]
    assert not hands.stack.has_question


def test_the_end_of_the_turn_drops_all_questions_and_keeps_lists() -> None:
    note = Note("Title", "", lambda text: ())
    hands = Hands(note, asked(), asked(("two",)))
    hands.stack.drop_questions(lambda _: False, hands.now)
    assert hands.stack.top is note


def test_a_view_that_opens_under_a_question_waits_below_it() -> None:
    hands = Hands(asked())
    hands.stack.push(Note("Title", "", lambda text: ()), hands.now)
    assert "  $ touch made.txt" in shown(hands.stack)
    hands.press("y")
    assert "  Title" in shown(hands.stack)


# --- no accidents ---


def test_keys_before_the_question_stood_still_go_to_the_draft() -> None:
    hands = Hands(asked())
    for character in "an y and y 1 y 2 y 3 n":
        hands.press(character, gap=0.05)
    assert hands.effects == [ToDraft(key(character)) for character in "an y and y 1 y 2 y 3 n"]
    hands.press("y")
    assert hands.effects[-1] == answer("approved")


def test_enter_before_that_does_nothing() -> None:
    hands = Hands(asked())
    hands.press(ENTER, ENTER, gap=0.1)
    assert hands.effects == []
    assert hands.stack.has_question


@pytest.mark.parametrize("key_", [ESC, CTRL_C])
def test_esc_and_ctrl_c_before_that_interrupt_as_ever(key_: Key) -> None:
    hands = Hands(asked())
    as_ever = HeldEscape() if key_.name == "escape" else Interrupt()
    assert hands.press(key_, gap=0.1)[:1] == [as_ever]
    assert hands.stack.has_question


def test_each_key_before_that_begins_the_wait_anew() -> None:
    hands = Hands(asked())
    hands.press("x", gap=0.3)
    hands.press("y", gap=0.3)
    assert [type(effect) for effect in hands.effects] == [ToDraft, ToDraft]


def test_the_next_question_has_a_wait_of_its_own() -> None:
    hands = Hands(asked(("one",)), asked(("two",)))
    hands.press("y", gap=0.4)
    hands.press("y", gap=0.1)
    assert hands.effects == [answer("approved", ("one",)), ToDraft(key("y"))]


def test_a_question_seen_again_after_a_pager_waits_again() -> None:
    hands = Hands(asked())
    hands.now += 1
    hands.stack.appear(hands.now)
    hands.press("y", gap=0.1)
    assert hands.effects == [ToDraft(key("y"))]


def test_a_question_that_is_not_on_the_screen_yet_is_not_answered() -> None:
    hands = Hands()
    hands.stack.push(asked(), hands.now)
    assert hands.stack.handle(key("y"), hands.now + 5) == (ToDraft(key("y")),)
    hands.now += 10
    hands.stack.drawn(hands.now)
    assert hands.press("y", gap=0.1) == [ToDraft(key("y"))]
    assert hands.press("y") == [answer("approved")]


def test_a_paste_never_answers() -> None:
    hands = Hands(asked())
    hands.press(Paste("y"), gap=0.1)
    assert hands.effects == [ToDraft(Paste("y"))]
    hands.press(Paste("y\r1\r"))
    assert hands.effects == [ToDraft(Paste("y"))]
    assert hands.stack.has_question


def test_a_paste_without_brackets_never_answers() -> None:
    hands = Hands(asked())
    hands.now += 1
    for character in "yes, pasted":
        hands.press(character, gap=0.0)
    hands.press(ENTER, gap=0.0)
    hands.press(gap=1.0)
    assert "".join(effect.input.text for effect in hands.effects if isinstance(effect, ToDraft)) == "yes, pasted"
    assert hands.stack.has_question


def test_keys_held_back_go_to_a_note_that_is_being_written() -> None:
    note = Note("Title", "", lambda text: ())
    hands = Hands(note, asked())
    hands.press(*"hey", gap=0.1)
    assert hands.effects == []
    assert note.text == "hey"


def test_only_the_first_answer_counts() -> None:
    hands = Hands(asked())
    hands.now += 1
    assert hands.stack.handle(ENTER, hands.now) == (answer("approved"),)
    assert hands.stack.top is None


# --- answers that make a rule ---


def test_a_program_that_writes_where_it_is_told_may_be_allowed_word_by_word_alone() -> None:
    hands = Hands(asked(("cp", "a", "b")))
    hands.press("p")
    assert shown(hands.stack)[4:6] == [
        "› 1. Yes, and always allow `cp a b` in this project",
        "  2. Yes, and always allow `cp a b` everywhere",
    ]


def test_p_shows_what_may_be_allowed_for_good_and_a_number_chooses() -> None:
    hands = Hands(asked(("bash", "-lc", "git push origin main")))
    assert hands.press("p") == []
    rows = shown(hands.stack)
    assert rows[4:] == [
        "› 1. Yes, and always allow `git push …` in this project",
        "  2. Yes, and always allow `git push …` everywhere",
        "  3. Yes, and always allow `git push origin main …` in this project",
        "  4. Yes, and always allow `git push origin main …` everywhere",
        "",
        "  enter to confirm, esc to go back",
    ]
    (effect,) = hands.press("2")
    assert effect == Answer(
        "event-1",
        "call-1",
        "approved",
        ("bash", "-lc", "git push origin main"),
        Remember(("git", "push"), everywhere=True),
    )


def test_esc_goes_back_from_the_list_to_the_question() -> None:
    hands = Hands(asked())
    hands.press("p")
    assert hands.press(ESC) == []
    assert "  3. No, let me say what to do instead   esc" in shown(hands.stack)
    assert hands.press(ESC) == [answer("abort")]


def test_what_is_too_powerful_has_no_such_list() -> None:
    hands = Hands(asked(("bash", "-lc", "sudo make")))
    assert hands.press("p") == []
    assert shown(hands.stack)[-1] == "  enter to confirm, esc to cancel"


def test_the_list_is_not_answered_before_it_could_be_read() -> None:
    view = asked()
    view.appear(0.0)
    view.handle(key("p"), 1.0)
    view.tick(1.02)
    outcome = view.handle(ENTER, 1.1)
    assert outcome.effects == ()
    assert view.handle(ENTER, 2.0).then == "close"


@pytest.mark.parametrize("call_id", ["first/c1", "second/c1"])
def test_an_answer_is_about_the_call_that_was_shown_and_no_other(call_id: str) -> None:
    """Two agents may ask at once; what the user saw is what is decided."""
    question = command_question("turn", ExecApprovalRequest(call_id, COMMAND, "/w"))
    (effect,) = Hands(question).press("y")
    assert isinstance(effect, Answer)
    asked_about: list[object] = []
    talk = SimpleNamespace(show=lambda _: None)
    for operate in Talk._answer(talk, effect):  # type: ignore[arg-type]
        assert isinstance(operate, Operate)
        asked_about.append(operate.op)
    assert asked_about == [ExecApproval("turn", "approved", call_id)]
