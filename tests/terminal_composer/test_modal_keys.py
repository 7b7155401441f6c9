"""Vi's modes in the composer: what belongs to the draft, to the turn, to earlier messages and to popups."""

from __future__ import annotations

from typist import Typist

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.effects.composer import Interrupt, RunCommand, Submit
from octavo.frontends.terminal.effects.screen import HeldEscape, OpenTranscript, Quit, SwitchModes
from octavo.frontends.terminal.keys.key import Key


def vi(text: str = "", **options: bool) -> Typist:
    typist = Typist(**options)
    typist.composer.modes.switch(on=True)
    return typist.type(text)


def mode(typist: Typist) -> str:
    assert typist.composer.modes.modal is not None
    return typist.composer.modes.modal.mode


def test_a_draft_begins_by_being_written_and_escape_leads_to_commands() -> None:
    typist = vi("hello world").keys("escape")
    assert (typist.marked, mode(typist)) == ("hello worl|d", "normal")
    assert typist.type("bcwthere").keys("escape").text == "hello there"
    assert typist.take() == []


def test_escape_interrupts_only_where_it_has_nothing_else_to_do() -> None:
    typist = vi("half")
    typist.composer.busy = True
    assert "esc esc to interrupt" in typist.rows(Status("Working", 1))[1]
    assert typist.keys("escape").take() == []
    assert "(1s • esc to interrupt)" in typist.rows(Status("Working", 1))[1]
    assert typist.type("2d").keys("escape").take() == []
    assert typist.type("v").keys("escape").take() == []
    assert typist.keys("escape").take() == [Interrupt()]
    assert typist.text == "half"


def test_a_character_right_behind_escape_is_a_command_though_a_terminal_calls_it_alt() -> None:
    assert vi("one two").keys("alt-b").type("x").text == "one wo"
    assert vi("one two").keys(Key("d", alt=True, shift=True)).text == "one tw"
    assert vi("one two").keys("escape", "alt-x").text == "one two"


def test_escape_twice_among_commands_goes_back_to_an_earlier_message() -> None:
    typist = vi()
    assert typist.keys("escape").take() == []
    assert typist.keys("escape").take() == []
    assert "esc again" in typist.footer
    assert typist.keys("escape").take() == [OpenTranscript(backtrack=True)]


def test_enter_sends_from_both_modes_and_the_next_draft_is_written_at_once() -> None:
    typist = vi("first").keys("escape", "enter")
    assert typist.take() == [Submit("first")]
    assert mode(typist) == "insert"
    typist.composer.turn_ended()
    assert typist.type("second").keys("enter").take() == [Submit("second")]


def test_ctrl_c_and_ctrl_d_are_what_they_always_are() -> None:
    typist = vi("text").keys("escape").type("2d").keys("ctrl-c")
    assert (typist.text, mode(typist)) == ("", "insert")
    typist.composer.busy = True
    assert typist.keys("escape", "ctrl-c").take() == [Interrupt()]
    typist.composer.busy = False
    assert typist.keys("ctrl-c").take() == [Quit()]
    assert vi().keys("escape", "ctrl-d").take() == [Quit()]
    assert vi("text").keys("escape", "ctrl-d").text == "text"


def test_j_and_k_at_the_ends_of_the_draft_bring_earlier_messages() -> None:
    typist = vi()
    for text in ("one", "two"):
        typist.type(text).keys("enter")
        typist.composer.turn_ended()
    typist.keys("escape").type("k")
    assert typist.marked == "|two"
    assert typist.type("k").marked == "|one"
    assert typist.type("j").marked == "|two"
    assert typist.type("j").text == ""
    assert typist.keys("up").marked == "|two"
    typist.type("Ax").keys("escape").type("k")
    assert typist.text == "twox"  # what is being written is never put away


def test_a_slash_in_an_empty_draft_begins_a_command_line_and_a_search_elsewhere() -> None:
    typist = vi().keys("escape").type("/")
    assert (typist.text, mode(typist)) == ("/", "insert")
    assert typist.popup
    typist = vi("find the word").keys("escape").type("0/wo")
    assert "normal /wo" in typist.footer
    assert typist.keys("enter").marked == "find the |word"
    assert typist.take() == []


def test_popups_are_there_while_text_is_written_only() -> None:
    typist = vi("/di")
    assert typist.popup
    assert not typist.keys("escape").popup
    assert typist.type("A").popup
    assert typist.keys("tab", "enter").take()[-1] == RunCommand("diff")


def test_a_paste_is_text_in_every_mode() -> None:
    typist = vi("ab").keys("escape").type("0").paste("dd\rx")
    assert (typist.text, mode(typist)) == ("dd\nxab", "normal")
    typist = vi("ab").keys("escape").paste(" dd")
    assert typist.marked == "ab d|d"
    assert vi("one two").keys("escape").type("0ve").paste("x").text == "x two"
    assert vi("ab").keys("escape").type("0d").paste("w").text == "wab"
    typist = vi("ab").keys("escape").paste("y" * 1001)
    assert typist.type("u").text == "ab"
    assert typist.keys("ctrl-r").keys("enter").take() == [Submit("ab" + "y" * 1001)]


def test_an_enter_that_comes_with_other_keys_at_once_was_pasted_and_sends_nothing() -> None:
    typist = vi("draft").keys("escape").wait(0.05)
    assert typist.quickly("0dw\r").take() == []


def test_the_mode_is_seen_and_what_is_selected_too() -> None:
    typist = vi("some text")
    assert typist.footer == "  insert · 100% context left"
    typist.keys("escape")
    assert typist.footer == "  normal · 100% context left"
    assert typist.type("2d").footer == "  normal 2d · 100% context left"
    typist.keys("escape").type("vb")
    assert typist.footer == "  visual · 100% context left"
    assert typist.composer.modes.selected == (5, 9)
    assert typist.type("y").composer.modes.selected is None
    assert typist.type("R").footer == "  replace · 100% context left"
    assert vi().keys("escape").footer == "  normal · 100% context left · ? for shortcuts"
    assert "/ for commands" in vi().keys("escape").type("?").rows()[-4]


def test_shapes_of_the_cursor() -> None:
    typist = vi("x")
    modal = typist.composer.modes.modal
    assert modal is not None
    assert modal.cursor_shape == 6
    typist.keys("escape")
    assert modal.cursor_shape == 2
    typist.type("R")
    assert modal.cursor_shape == 4


def test_keys_that_edit_by_themselves_do_nothing_among_commands() -> None:
    typist = vi("some text").keys("escape", "ctrl-w", "ctrl-u", "alt-d", "ctrl-k", "alt-x", "shift-enter")
    assert typist.marked == "some tex|t"
    assert typist.keys("home", "delete", "right", Key("p", ctrl=True)).text == "ome text"


def test_what_is_written_from_a_command_to_escape_is_one_step() -> None:
    typist = vi("one").keys("escape").type("0cwtwo three four").keys("escape")
    assert typist.type("u").text == "one"
    assert typist.keys("ctrl-r").text == "two three four"


def test_messages_that_come_back_leave_the_cursor_on_a_character() -> None:
    typist = vi()
    typist.composer.busy = True
    typist.type("waits").keys("enter").type("half").keys("escape", "escape")
    typist.composer.turn_ended(interrupted=True)
    assert typist.marked == "|waits\nhalf"
    assert typist.type("jx").text == "waits\nalf"


def test_a_search_of_earlier_messages_ends_without_stopping_the_turn() -> None:
    typist = vi("text")
    typist.composer.busy = True
    assert typist.keys("ctrl-r", "escape").take() == []
    assert mode(typist) == "insert"


def test_the_command_asks_for_modes() -> None:
    assert Typist().type("/vim").keys("enter").take() == [RunCommand("vim")]


def test_modes_are_switched_while_there_is_a_draft() -> None:
    app = App(Composer("/ws"), depth=0)
    app.run([SwitchModes()], 0.0)
    assert app.frame(80, 24, 0.0).shape == 6
    assert "insert" in app.frame(80, 24, 0.0).rows[-1].text
    app.run([SwitchModes()], 0.0)
    assert app.frame(80, 24, 0.0).shape == 0


def test_escape_before_a_question_can_be_read_does_what_it_did_before() -> None:
    app = App(Composer("/ws"), depth=0)
    app.composer.modes.switch(on=True)
    app.composer.busy = True
    app.run([HeldEscape()], 0.0)
    assert app.composer.modes.shown == "normal"
    assert app.composer.busy
    app.run([HeldEscape()], 0.0)
    assert not app.composer.busy  # there is no session yet: nobody waits for one any more
