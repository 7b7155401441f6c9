"""A terminal that obeys nothing: whole lines in, text and line feeds out."""

from __future__ import annotations

from plain_talk import PlainTalk

from octavo.frontends.terminal.effects.composer import Steer, Submit
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Entered, Key
from octavo.frontends.terminal.plain.line_input import LineParser
from octavo.frontends.terminal.views.sign_in import SignInStep
from octavo.protocol import events


def test_only_text_and_line_feeds_are_written() -> None:
    talk = PlainTalk(lines=True)
    talk.tty.paper = ""
    talk.enter("hello")
    talk.turn(events.TaskStarted(), events.AgentMessage("Good \x1b[31mday"), events.TaskComplete(""))
    assert talk.tty.paper == "hello\nWorking.\n\nOctavo: Good day\nDone after 3 seconds.\n> "
    assert talk.asked[0] == Submit("hello")


def test_while_a_turn_runs_nothing_asks_for_a_line_and_one_may_come() -> None:
    talk = PlainTalk(lines=True)
    talk.enter("go")
    talk.turn(events.TaskStarted())
    assert talk.prompt == ""
    talk.app.composer.steerable = True
    talk.enter("look here\t")
    assert talk.asked[-1] == Steer("look here")
    talk.enter("then this")
    assert talk.take()[-1] == "Waits for the end of this turn: then this"


def test_a_backslash_goes_on_in_the_next_line_and_lines_that_come_together_are_one_message() -> None:
    talk = PlainTalk(lines=True)
    talk.enter("one\\")
    assert talk.prompt == "> one\n  "
    talk.enter("two")
    assert talk.asked[-1] == Submit("one\ntwo")
    parser = LineParser()
    assert parser.feed(b"a\nb\n") == [Entered("a\nb")]
    assert parser.feed("hä".encode()[:2]) == []
    assert parser.feed("hä".encode()[2:] + b"\r\n") == [Entered("hä")]


def test_ctrl_d_leaves_and_ctrl_c_leaves_at_the_second_time() -> None:
    assert LineParser().feed(b"\x04") == [Key("d", ctrl=True)]
    talk = PlainTalk(lines=True)
    talk.press(Key("c", ctrl=True))
    assert talk.take() == ["Press Ctrl+C again to quit."]
    talk.now += 60
    talk.press(Key("c", ctrl=True))
    assert talk.asked == []
    talk.now += 1
    talk.press(Key("c", ctrl=True))
    assert talk.asked == [Quit()]


def test_a_question_mark_alone_tells_the_keys() -> None:
    talk = PlainTalk(lines=True)
    talk.enter("?")
    assert "/ for commands" in talk.take()
    assert talk.asked == []


def test_a_key_is_not_seen_while_it_is_typed() -> None:
    talk = PlainTalk(lines=True)
    talk.app.views.push(SignInStep(), talk.now)
    talk.draw()
    assert talk.take()[-2:] == [
        "1. Sign in with ChatGPT: your plan pays for what you use",
        "2. Use an API key: you pay for what you use",
    ]
    assert talk.tty.echoes
    talk.enter("2")
    assert talk.prompt == "Your API key, 0 to go back: "
    assert not talk.tty.echoes
    talk.enter("0")
    assert talk.tty.echoes
