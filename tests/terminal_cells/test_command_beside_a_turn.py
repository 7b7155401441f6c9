"""A command of the user beside a turn, on the screen: printed at once, stopped by Esc if it began last."""

from __future__ import annotations

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.effects.composer import Interrupt
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.notifications import Notifier
from octavo.frontends.terminal.screen.depth import NONE
from octavo.protocol import events, ops
from octavo.protocol.ids import ConversationId

FACTS = ChatFacts(version="1", cwd="/ws", model="gpt-5-codex")
ID = ConversationId("01a2272d-8f19-737e-9444-bff514034003")
TURN, COMMAND = "1", "2"
HINT = "esc to stop your command"


class Screen:
    """A session on the screen: events in, rows out."""

    def __init__(self) -> None:
        self.app, self.asked, self.now = App(Composer("/ws"), NONE), list[Effect](), 0.0
        self.app.perform = lambda effect, now: self.asked.append(effect)
        self.app.converse(Talk(self.app.composer, FACTS, Notifier(False)), self.now)
        self.printed: list[str] = []
        self.live: list[str] = []
        self.hear("", events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r"))
        self.asked.clear()

    def hear(self, event_id: str, *msgs: events.EventMsg) -> None:
        for msg in msgs:
            self.now += 1
            self.app.event(events.Event(event_id, msg), self.now)
            self.draw()

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.now += 1
            self.app.handle(key, self.now)
        self.draw()

    def draw(self) -> None:
        self.app.tick(self.now)
        frame = self.app.frame(80, 40, self.now)
        self.printed += [row.text for row in frame.history]
        self.live = [row.text for row in frame.rows]

    def shows(self, text: str) -> bool:
        return any(text in row for row in self.live)


def begins(call_id: str, script: str, *, by_user: bool = True) -> events.ExecCommandBegin:
    return events.ExecCommandBegin(call_id, ("bash", "-lc", script), "/ws", (), by_user)


def ends(call_id: str, output: str, exit_code: int = 0) -> events.ExecCommandEnd:
    return events.ExecCommandEnd(call_id, output, "", output, exit_code, events.Duration(1, 0), output)


def test_its_output_is_printed_while_a_message_is_streamed() -> None:
    screen = Screen()
    screen.hear(TURN, events.TaskStarted(), events.AgentMessageDelta("one\ntwo\nhal"))
    screen.hear(COMMAND, begins("c", "make"), ends("c", "made\n"))
    assert screen.printed[-3:] == ["", "• Ran make", "  └ made"]
    screen.hear(TURN, events.AgentMessageDelta("f\n"), events.AgentMessage("one\ntwo\nhalf"), events.TaskComplete(""))
    assert [row for row in screen.printed if row.strip()][-1] == "  half"


def test_escape_stops_what_began_last_and_the_hint_says_what() -> None:
    screen = Screen()
    screen.hear(TURN, events.TaskStarted())
    assert screen.shows("esc to interrupt")
    screen.hear(COMMAND, begins("c", "sleep 9"))
    assert screen.shows(HINT)
    screen.press(Key("escape"), Key("escape"))
    assert screen.asked == [Operate(ops.StopUserShellCommand(COMMAND))] * 2
    screen.hear(COMMAND, events.ExecCommandOutputDelta("c", "stdout", b"so far\n"), ends("c", "", -1))
    assert screen.printed[-3:] == ["• Ran sleep 9", "  └ so far", "    stopped"]
    screen.asked.clear()
    screen.press(Key("escape"))
    assert screen.asked == [Interrupt()]


def test_a_turn_that_began_after_it_is_stopped_before_it() -> None:
    screen = Screen()
    screen.hear(TURN, events.TaskStarted())
    screen.hear(COMMAND, begins("c", "sleep 9"))
    screen.hear(TURN, events.TaskComplete(""))
    assert screen.shows(f"Running your command (1s • {HINT})")
    screen.hear("3", events.TaskStarted())
    assert screen.shows("esc to interrupt")
    screen.press(Key("escape"))
    assert screen.asked == [Interrupt()]
    screen.hear("3", events.TurnAborted("interrupted"))
    assert screen.shows(HINT)
    assert screen.shows("Running sleep 9")
    screen.hear(COMMAND, ends("c", "".join(f"{n}\n" for n in range(20))))
    assert screen.printed[-20:] == ["  └ 0", *(f"    {n}" for n in range(1, 20))]
    assert not screen.shows(HINT)
    assert screen.app.deadline() is None


def test_its_question_outlives_the_turn_and_not_the_command() -> None:
    screen = Screen()
    screen.hear(TURN, events.TaskStarted())
    asks = events.ExecApprovalRequest("c", ("bash", "-lc", "make"), "/ws")
    screen.hear(COMMAND, begins("c", "make"), asks)
    screen.hear(TURN, events.TaskComplete(""))
    assert screen.shows("May this command run?")
    screen.hear(COMMAND, ends("c", "", -1))
    assert not screen.shows("May this command run?")


def test_it_is_broken_off_where_another_conversation_takes_over() -> None:
    screen = Screen()
    screen.hear(COMMAND, begins("c", "sleep 9"))
    assert screen.app.talk is not None
    screen.app.talk.new_chat(FACTS)
    screen.draw()
    assert "• Ran sleep 9" in screen.printed
    assert not screen.app.composer.beside
