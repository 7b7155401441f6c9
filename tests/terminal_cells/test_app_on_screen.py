"""The state as a whole: what moves, what is behind the text, what of a transcript belongs to the session of now."""

from __future__ import annotations

import pytest

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.status import FRAME
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.effects.sessions import Backtrack
from octavo.frontends.terminal.keys.key import ColorReply, Key
from octavo.frontends.terminal.notifications import Notifier
from octavo.frontends.terminal.screen.depth import ANSI, PALETTE, TRUE
from octavo.protocol import events
from octavo.protocol.asides import McpServerStatus
from octavo.protocol.ids import ConversationId

FACTS = ChatFacts(version="1", cwd="/ws", model="gpt-5-codex")
ID = ConversationId("01a2272d-8f19-737e-9444-bff514034003")
ESC, ENTER = Key("escape"), Key("enter")


class Screen:
    """An app with a session; what it asks for outside is kept."""

    def __init__(self, depth: int = TRUE, *, tempo: float | None = FRAME) -> None:
        self.app, self.asked, self.now = App(Composer("/ws"), depth, tempo=tempo), list[Effect](), 0.0
        self.app.perform = lambda effect, now: self.asked.append(effect)
        self.talk = Talk(self.app.composer, FACTS, Notifier(False))
        self.app.converse(self.talk, self.now)
        self.send(events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r"))

    def send(self, *msgs: events.Msg) -> None:
        for msg in msgs:
            self.app.event(events.Event("1", msg), self.now)

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.now += 0.5
            self.app.handle(key, self.now)
            self.draw()

    def draw(self) -> None:
        self.app.frame(80, 24, self.now)

    def say(self, *texts: str) -> None:
        for text in texts:
            self.app.run((Submit(text),), self.now)
            self.send(events.TaskStarted(), events.TaskComplete("done"))


def test_the_status_row_moves_thirty_times_a_second_and_nothing_moves_when_idle() -> None:
    screen = Screen()
    screen.draw()
    assert screen.app.deadline() is None
    screen.send(events.TaskStarted())
    screen.draw()
    assert screen.app.deadline() == pytest.approx(screen.now + 0.032)
    screen.send(events.TaskComplete(""))
    screen.draw()
    assert screen.app.deadline() is None


def status(screen: Screen) -> list[str]:
    rows = screen.app.frame(80, 24, screen.now).rows
    return [row.text[2:] for row in rows if "esc to interrupt" in row.text]


def test_a_message_whose_turn_waits_for_servers_is_seen_to_be_worked_on() -> None:
    screen = Screen()
    for name in ("quick", "slow"):
        screen.send(McpServerStatus(name, "starting"))
    screen.app.run((Submit("go"),), screen.now)
    screen.now = 3.0
    assert status(screen) == ["Starting 2 MCP servers (3s • esc to interrupt)"]
    screen.send(McpServerStatus("quick", "failed", "why"))
    assert status(screen) == ["Starting MCP server slow (3s • esc to interrupt)"]
    screen.send(McpServerStatus("slow", "ready"))
    assert status(screen) == ["Working (3s • esc to interrupt)"]
    screen.now = 4.0
    screen.send(events.TaskStarted())
    assert status(screen) == ["Working (4s • esc to interrupt)"]
    screen.send(events.TaskComplete("done"))
    assert status(screen) == []


def test_a_message_that_is_stopped_before_its_turn_began_leaves_no_status() -> None:
    screen = Screen()
    screen.app.run((Submit("go"),), screen.now)
    assert status(screen) == ["Working (0s • esc to interrupt)"]
    screen.send(events.TurnAborted())
    assert status(screen) == []
    assert screen.app.deadline() is None or screen.talk.is_behind


@pytest.mark.parametrize("depth", [TRUE, PALETTE, ANSI])
def test_the_composer_has_a_background_once_the_terminal_tells_its_own(depth: int) -> None:
    screen = Screen(depth)
    assert not any(row.fill for row in screen.app.frame(80, 24, 0.0).rows)
    screen.app.handle(ColorReply(11, 0, 0, 0), 0.0)
    filled = [row.fill.bg for row in screen.app.frame(80, 24, 0.0).rows if row.fill]
    assert filled == ([] if depth == ANSI else [(25, 25, 25)] * 3)


def test_one_can_go_back_to_messages_of_this_session_only() -> None:
    screen = Screen()
    screen.say("of the old session")
    screen.talk.new_chat(FACTS)
    screen.send(events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r"))
    screen.press(ESC, ESC, ESC, ENTER)
    assert not any(isinstance(effect, Backtrack) for effect in screen.asked), "there is none yet"
    screen.press(Key("q", text="q"))
    screen.say("one", "two")
    screen.press(ESC, ESC, ESC, ESC, ESC, ENTER)
    assert screen.asked[-1] == Backtrack(("one", "two"), 0)


def test_events_that_nobody_knows_change_nothing() -> None:
    screen = Screen()
    before = screen.app.frame(80, 24, 0.0)
    screen.send(events.BackgroundEvent("x"), events.TurnDiff("x"), events.WebSearchBegin("w"))
    assert screen.app.frame(80, 24, 0.0).rows == before.rows


def test_without_animations_nothing_moves_but_the_seconds() -> None:
    screen = Screen(tempo=1.0)
    screen.app.handle(ColorReply(10, 200, 200, 200), screen.now)
    screen.app.handle(ColorReply(11, 0, 0, 0), screen.now)
    screen.send(events.TaskStarted(), events.ExecCommandBegin("c", ("make",), "/ws", ()))
    screen.draw()
    assert screen.app.deadline() == pytest.approx(screen.now + 1.0)
    before = screen.app.frame(80, 24, screen.now).rows
    for moment in (0.2, 0.5, 0.9):
        assert screen.app.frame(80, 24, screen.now + moment).rows == before
    changed = [
        row for row, old in zip(screen.app.frame(80, 24, screen.now + 1).rows, before, strict=True) if row != old
    ]
    assert [row.text for row in changed] == ["• Working (1s • esc to interrupt)"]
