"""Enter, the queue, and the keys that leave or interrupt."""

from __future__ import annotations

import pytest
from typist import Typist

from octavo.frontends.custom_prompts import Prompt
from octavo.frontends.terminal.effects.composer import EditDraft, Interrupt, RunCommand, Submit, UserShell
from octavo.frontends.terminal.effects.screen import Error, Info, OpenTranscript, Quit, Redraw, Suspend

PROMPTS = [
    Prompt("swap", "$2 $1 $$3 $ARGUMENTS"),
    Prompt("tell", "Tell $WHO of $WHAT_2, not $$WHO and not $1"),
    Prompt("plain", "Say it"),
]


def writer(*, busy: bool = False) -> Typist:
    typist = Typist(bursts=False)
    typist.composer.prompts_known(PROMPTS)
    typist.composer.busy = busy
    return typist


def test_enter_sends_the_trimmed_text_and_clears() -> None:
    typist = writer().type("  two\nlines \n").keys("enter")
    assert typist.take() == [Submit("two\nlines")]
    assert typist.text == ""


@pytest.mark.parametrize("text", ["", "   ", " \n "])
def test_nothing_is_sent_of_nothing(text: str) -> None:
    assert writer().type(text).keys("enter").take() == []


@pytest.mark.parametrize("text", ["/status", "/status "])
def test_a_built_in_command_runs(text: str) -> None:
    typist = writer().type(text).keys("escape", "enter")
    assert typist.take() == [RunCommand("status")]
    assert typist.text == ""


@pytest.mark.parametrize("text", ["/model gpt-5", " /foo", "/etc/hosts", "/usr/bin/x y", "a /foo", "/status\nnow", "/"])
def test_what_is_no_command_is_sent(text: str) -> None:
    typist = writer().type(text).keys("escape", "end", "enter")
    assert typist.take() == [Submit(text.strip())]


@pytest.mark.parametrize("text", ["/foo bar", "/zzz", "/prompts:none x", "/foo\nbar"])
def test_an_unknown_command_is_not_sent_and_stays(text: str) -> None:
    typist = writer().type(text).keys("escape", "home", "enter")
    [said] = typist.take()
    assert isinstance(said, Info)
    assert text.split(maxsplit=1)[0] in said.text
    assert typist.marked == text + "|"


def test_a_paste_may_begin_like_a_command() -> None:
    text = "/line of text\n" * 100 + "end"
    assert writer().paste(text).keys("enter").take() == [Submit(text)]


def test_user_commands() -> None:
    assert writer().type("!git status").keys("enter").take() == [UserShell("git status")]
    typist = writer().type("!file ").paste("'/ws/my shot.png'").type("-b").keys("enter")
    assert typist.take() == [UserShell("file '/ws/my shot.png' -b")]
    typist = writer().type("!").keys("enter")
    assert isinstance(typist.take()[0], Info)
    assert typist.text == ""
    assert writer().type(" !x").keys("enter").take() == [Submit("!x")]


# --- custom prompts ---


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/prompts:swap x y", "y x $$3 x y"),
        ('/prompts:swap "a b" c', "c a b $$3 a b c"),
        ("/prompts:swap one", "one $$3 one"),
        ("/prompts:plain", "Say it"),
        ("/prompts:plain and more", "Say it"),
        ("""/prompts:tell WHO="a b" WHAT_2='c d' MORE=1""", "Tell a b of c d, not $$WHO and not $1"),
    ],
)
def test_a_custom_prompt_is_expanded(typed: str, sent: str) -> None:
    typist = writer().type(typed).keys("end", "enter")
    assert typist.take() == [Submit(sent)]
    assert typist.keys("up").text == sent


@pytest.mark.parametrize(
    ("arguments", "named"),
    [("WHO=a", "WHAT_2"), ("WHO=a WHAT_2=b stray", "`stray`"), ("=a WHO=b WHAT_2=c", "`=a`"), ('WHO="a', "quotation")],
)
def test_arguments_that_do_not_fit_are_an_error_and_the_text_stays(arguments: str, named: str) -> None:
    typist = writer().type(f"/prompts:tell {arguments}").keys("enter")
    [error] = typist.take()
    assert isinstance(error, Error)
    assert named in error.text
    assert typist.text == f"/prompts:tell {arguments}"


def test_pastes_and_pictures_are_arguments_of_their_own() -> None:
    typist = writer().type("/prompts:swap ").paste("it's " * 300).type(" x").paste("/ws/shot.png").keys("enter")
    pasted, picture = "it's " * 300, "[shot.png 7x5]"
    assert typist.take() == [Submit(f"x{picture} {pasted} $$3 {pasted} x{picture}", ("/ws/shot.png",))]


# --- queue ---


def test_while_a_turn_runs_messages_wait_and_each_end_sends_one() -> None:
    typist = writer().type("first").keys("enter")
    assert typist.take() == [Submit("first")]
    typist.type("second").keys("enter").paste("/ws/shot.png").type("third").keys("enter").type("!ls").keys("enter")
    assert typist.take() == []
    assert typist.text == ""
    assert typist.composer.turn_ended() == [Submit("second")]
    assert typist.composer.turn_ended() == [Submit("[shot.png 7x5] third", ("/ws/shot.png",))]
    assert typist.composer.turn_ended() == [UserShell("ls")]
    assert typist.composer.turn_ended() == []
    assert typist.type("later").keys("enter").take() == [Submit("later")]


def test_commands_do_not_wait() -> None:
    assert writer(busy=True).type("/diff").keys("enter").take() == [RunCommand("diff")]


def test_an_interrupt_gives_everything_back_once() -> None:
    typist = writer(busy=True).type("one").keys("enter").paste("p" * 1200).keys("enter").type("draft").keys("escape")
    typist.take()
    assert typist.composer.turn_ended(interrupted=True) == []
    assert typist.marked == "|one\n[Pasted Content 1200 chars]\ndraft"
    assert typist.composer.turn_ended(interrupted=True) == []
    assert typist.keys("end", "enter").take() == [Submit("one\n" + "p" * 1200 + "\ndraft")]


def test_an_interrupt_that_takes_its_time_leaves_the_cursor_with_who_types_on() -> None:
    typist = writer(busy=True).type("ALPHA").keys("enter", "escape").type("GAM").keys("left")
    typist.composer.turn_ended(interrupted=True)
    assert typist.marked == "ALPHA\nGA|M"


def test_an_interrupt_with_nothing_waiting_keeps_draft_and_cursor() -> None:
    typist = writer(busy=True).type("draft").keys("left")
    typist.composer.turn_ended(interrupted=True)
    assert typist.marked == "draf|t"


def test_alt_up_takes_the_newest_back_with_its_pictures() -> None:
    typist = writer(busy=True).type("one").keys("enter").paste("/ws/shot.png").keys("enter").type("draft")
    assert typist.keys("alt-up").marked == "[shot.png 7x5]|"
    assert typist.type(" more").keys("enter").text == ""
    typist.keys("alt-up")
    assert typist.text == "[shot.png 7x5] more"
    assert typist.keys("alt-up").text == "one"
    assert typist.keys("alt-up").text == "one"
    assert typist.composer.turn_ended() == []


def test_alt_shift_up_lets_the_newest_go_first() -> None:
    typist = writer(busy=True)
    for text in ("one", "two", "three"):
        typist.type(text).keys("enter")
    typist.type("draft").keys("alt-shift-up")
    assert [message.draft.text for message in typist.composer.waiting.queue] == ["three", "one", "two"]
    assert typist.text == "draft"
    assert typist.composer.turn_ended() == [Submit("three")]
    assert writer().keys("alt-shift-up").text == ""


def test_a_draft_that_alt_up_replaces_can_be_recalled() -> None:
    typist = writer(busy=True).type("one").keys("enter").type("draft").keys("alt-up", "ctrl-u", "up")
    assert typist.text == "draft"


# --- leaving, interrupting, going back ---


def test_ctrl_c_clears_then_leaves() -> None:
    typist = writer().type("text").keys("ctrl-c")
    assert typist.text == ""
    assert typist.footer == "  ctrl + c again to quit"
    assert typist.take() == []
    typist.type("x").keys("ctrl-c")
    assert typist.take() == []
    assert typist.keys("ctrl-c").take() == [Quit()]


def test_ctrl_c_interrupts_a_turn() -> None:
    typist = writer(busy=True).type("x").keys("ctrl-c")
    assert typist.take() == []
    assert typist.footer == "  ctrl + c again to interrupt"
    assert typist.keys("ctrl-c").take() == [Interrupt()]


def test_ctrl_d_leaves_an_empty_composer_even_in_a_turn() -> None:
    assert writer(busy=True).keys("ctrl-d").take() == [Quit()]
    typist = writer().type("ab").keys("home", "ctrl-d", "ctrl-d")
    assert typist.take() == []
    assert typist.keys("ctrl-d").take() == [Quit()]


def test_ctrl_c_and_ctrl_d_see_what_a_burst_has_collected() -> None:
    typist = Typist().quickly("abc").keys("ctrl-c", pause=0)
    assert typist.take() == []
    typist = Typist().quickly("abc").keys("ctrl-d", pause=0)
    assert typist.take() == []
    assert typist.text == "abc"


def test_esc_interrupts_with_text_and_with_a_popup() -> None:
    assert writer(busy=True).type("x").keys("escape").take() == [Interrupt()]
    typist = writer(busy=True).type("/st").keys("escape")
    assert typist.take() == [Interrupt()]
    assert typist.text == "/st"


def test_two_esc_go_back_only_when_empty_and_idle() -> None:
    typist = writer().keys("escape")
    assert typist.footer == "  esc again to edit previous message"
    assert typist.take() == []
    assert typist.keys("left", "escape").take() == []
    assert typist.keys("escape").take() == [OpenTranscript(backtrack=True)]
    assert writer().type("draft").keys("escape", "escape", "escape").take() == []


@pytest.mark.parametrize(
    ("name", "effect"),
    [("ctrl-t", OpenTranscript()), ("ctrl-z", Suspend()), ("ctrl-l", Redraw()), ("ctrl-g", EditDraft("a"))],
)
def test_keys_for_others(name: str, effect: object) -> None:
    typist = writer().type("a").keys(name)
    assert typist.take() == [effect]
    assert typist.text == "a"


def test_the_editor_gets_the_whole_text_and_pictures_stay() -> None:
    typist = writer().paste("/ws/shot.png").paste("p" * 1200).keys("ctrl-g")
    assert typist.take() == [EditDraft("[shot.png 7x5] " + "p" * 1200)]
    typist.composer.edited("new [shot.png 7x5]\n")
    assert typist.keys("enter").take() == [Submit("new [shot.png 7x5]", ("/ws/shot.png",))]
    typist.type("kept").composer.edited(None)
    assert typist.text == "kept"
