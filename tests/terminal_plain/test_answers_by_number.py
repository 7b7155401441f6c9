"""Every question, list and popup is answered by a number or a letter and Enter, and by nothing that was not meant."""

from __future__ import annotations

import pytest
from plain_talk import PlainTalk

from octavo.frontends.terminal.composer.completion import FileMatch
from octavo.frontends.terminal.effects.composer import RunCommand, Submit
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.effects.screen import Info, OpenView
from octavo.frontends.terminal.effects.sessions import Backtrack
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.views.item_picker import ItemPicker
from octavo.frontends.terminal.views.review_picker import Commit, commit_list, review_picker
from octavo.frontends.terminal.views.trust_question import TrustQuestion
from octavo.protocol import events, ops

ASKS = events.ExecApprovalRequest("c", ("bash", "-lc", "touch /etc/x"), "/ws", "It must be there.")
QUESTION = [
    "The model asks to run:",
    "  $ touch /etc/x",
    "  Reason: It must be there.",
    "Type p to choose an answer that is remembered.",
    "1. Yes, run it (y)",
    "2. Yes, and stop asking for this command in this session (a)",
    "3. No, let me say what to do instead",
]


def asked(*, lines: bool = False) -> PlainTalk:
    talk = PlainTalk(lines=lines)
    talk.turn(events.TaskStarted())
    talk.take()
    talk.turn(ASKS)
    assert [" ".join(talk.take())] == [" ".join(QUESTION)]
    talk.asked.clear()
    return talk


def decisions(talk: PlainTalk) -> list[str]:
    found = [effect.op for effect in talk.asked if isinstance(effect, Operate)]
    return [op.decision for op in found if isinstance(op, ops.ExecApproval)]


@pytest.mark.parametrize(
    ("keys", "decision"), [("1\n", "approved"), ("y\n", "approved"), ("2\n", "approved_for_session"), ("n\n", "abort")]
)
def test_a_number_or_a_letter_and_enter_answers(keys: str, decision: str) -> None:
    talk = asked()
    talk.type(keys)
    assert decisions(talk) == [decision]


def test_a_remembered_answer_is_chosen_from_its_own_list_and_zero_leads_back() -> None:
    talk = asked()
    talk.type("p\n")
    said = talk.take()
    assert said[:2] == ["Yes, and always allow:", said[1]]
    assert said[1].startswith("1. ")
    talk.type("0\n")
    assert talk.take()[0] == "The model asks to run:"
    assert decisions(talk) == []
    talk.type("p\n")
    talk.type("1\n")
    assert decisions(talk) == ["approved"]


def test_what_was_typed_before_the_question_could_be_read_goes_to_the_draft() -> None:
    talk = asked()
    talk.type("1\n", after=0.1)
    assert decisions(talk) == []
    talk.type("3\n")
    assert talk.app.composer.editor.draft.text == "1"


def test_a_paste_and_an_empty_line_answer_nothing() -> None:
    talk = asked()
    talk.now += 1
    talk.press(Paste("1\n"))
    talk.type("\n")
    talk.type("1\n", gap=0.001)  # without brackets
    assert decisions(talk) == []
    talk.type("9\n")
    assert talk.take() == ["There is no choice 9."]
    talk.type("maybe later\n")
    assert talk.take() == ["“maybe later” is no answer. It is kept in the draft."]
    assert talk.app.composer.editor.draft.text == "maybe later"


def test_escape_refuses() -> None:
    talk = asked()
    talk.now += 1
    talk.press(Key("escape"))
    assert decisions(talk) == ["abort"]
    talk.take()
    refused = events.ExecCommandEnd("c", "", "", "rejected", -1, events.Duration(0, 0), "rejected")
    talk.turn(events.ExecCommandBegin("c", ASKS.command, "/ws", ()))
    talk.turn(refused)
    assert talk.take() == ["Not run: touch /etc/x", "  rejected"]


def test_in_line_mode_only_a_word_answers_and_other_lines_wait_as_messages() -> None:
    talk = asked(lines=True)
    talk.enter("1", after=0.1)
    assert decisions(talk) == []
    assert "Waits for the end of this turn: 1" in talk.take()
    talk.enter("please do it elsewhere")
    assert "Waits for the end of this turn: please do it elsewhere" in talk.take()
    talk.enter("1")
    assert decisions(talk) == ["approved"]


def test_trust_is_asked_in_words() -> None:
    talk = PlainTalk()
    talk.app.views.push(TrustQuestion("/ws", in_repository=True), talk.now)
    talk.draw()
    assert "1. Yes, it may work here" in " ".join(talk.take())
    talk.type("\n")
    assert talk.app.views.top is not None
    talk.type("y\n")
    assert talk.app.views.top is None


def test_a_command_that_is_not_written_whole_is_asked_about() -> None:
    talk = PlainTalk()
    talk.type("/mo\n")
    assert talk.asked == [RunCommand("model")] or talk.take()[0].startswith("What fits /mo:")
    talk = PlainTalk()
    talk.type("/re\n")
    said = talk.take()
    assert said[0] == "What fits /re:"
    number = next(line.split(".")[0] for line in said if "/review" in line)
    talk.type(f"{number}\n")
    assert talk.asked == [RunCommand("review")]


def test_files_are_numbered_once_they_are_found_and_enter_never_completes() -> None:
    talk = PlainTalk()
    talk.type("see @ma\t")
    talk.app.composer.files_found("ma", [FileMatch("main.py"), FileMatch("make me.txt")])
    talk.draw()
    assert talk.take() == ["What fits @ma:", "1. main.py", "2. make me.txt"]
    talk.type("2\n")
    assert talk.app.composer.editor.draft.text == 'see "make me.txt" '
    talk.type("and @ma")
    talk.app.composer.files_found("ma", [FileMatch("main.py")])
    talk.type("\n")
    assert talk.asked[-1] == Submit('see "make me.txt" and @ma')


def test_an_earlier_message_is_chosen_by_number() -> None:
    talk = PlainTalk()
    for text in ("first", "second"):
        talk.type(f"{text}\n")
        talk.turn(events.TaskStarted(), events.TaskComplete(""))
    talk.take()
    talk.type("\x1b")
    assert talk.take() == ["Press Escape again to edit an earlier message."]
    talk.type("\x1b")
    assert talk.take()[-2:] == ["1. second", "2. first"]
    talk.type("2\n")
    chosen: list[Effect] = [effect for effect in talk.asked if isinstance(effect, Backtrack)]
    assert chosen == [Backtrack(("first", "second"), 0)]


def test_items_are_chosen_in_their_order_by_numbers() -> None:
    saved: list[tuple[str, ...]] = []

    def save(names: tuple[str, ...]) -> Effect:
        saved.append(names)
        return Submit("x")

    for answer in ("2 1", "none", "2"):
        talk = PlainTalk()
        talk.app.views.push(ItemPicker("Title", {"model": "its name", "state": "what runs"}, (), str, save), talk.now)
        talk.draw()
        assert talk.take() == ["Title", "Now: nothing.", "1. model: its name", "2. state: what runs"]
        talk.type("7 1\n")
        assert talk.take() == ["“7 1” is no answer here."]
        talk.type(f"{answer}\n")
        assert talk.app.views.top is None
    assert saved == [("state", "model"), (), ("state",)]


def test_a_question_is_not_put_again_while_what_was_chosen_is_looked_up() -> None:
    talk = PlainTalk(lines=True)
    talk.app.views.push(review_picker(), talk.now)
    talk.draw()
    asks = "Choose 1 to 4, 0 to go back: "
    assert talk.prompt == asks
    talk.enter("3")
    assert (talk.take()[-1], talk.prompt) == ("4. By instructions of your own", "")
    talk.app.run((OpenView(commit_list([Commit("a" * 40, "first")])),), talk.now)
    talk.draw()
    assert talk.take() == ["Which commit?", "1. first"]
    talk.enter("0")
    assert talk.prompt == asks
    talk.enter("1")
    talk.app.run((Info("This is no repository."),), talk.now)
    talk.draw()
    assert talk.prompt == asks
