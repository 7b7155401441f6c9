"""The interface in plain lines, in memory: keys or lines in, what is written out."""

from __future__ import annotations

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.keys.key import Entered, Input, Key
from octavo.frontends.terminal.notifications import Notifier
from octavo.frontends.terminal.plain.face import PlainFace
from octavo.frontends.terminal.plain.screen import LineScreen, PlainScreen
from octavo.frontends.terminal.screen.depth import NONE
from octavo.frontends.terminal.screen.tty import Tty
from octavo.protocol import events
from octavo.protocol.ids import ConversationId

FACTS = ChatFacts(version="1", cwd="/ws", model="gpt-5-codex")
ID = ConversationId("01a2272d-8f19-737e-9444-bff514034003")
KEYS = {
    "\n": Key("enter"),
    "\t": Key("tab"),
    "\x1b": Key("escape"),
    "\x7f": Key("backspace"),
    "\x03": Key("c", ctrl=True),
}


class PaperTty(Tty):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.paper = ""
        self.echoes = True
        self.line_taken = False

    def size(self) -> tuple[int, int]:
        return 60, 24

    def raw(self) -> None:
        pass

    def line_mode(self) -> None:
        pass

    def echo(self, *, on: bool) -> None:
        self.echoes = on

    def took_line(self) -> bool:
        took, self.line_taken = self.line_taken, False
        return took

    def write(self, text: str) -> None:
        self.paper += text

    @property
    def pending(self) -> int:
        return 0

    def finish(self, seconds: float = 0) -> None:
        pass

    def cooked(self) -> None:
        pass


class PlainTalk:
    """A session that has begun; `lines` as a terminal that hands over whole lines."""

    def __init__(self, *, lines: bool = False) -> None:
        self.app, self.asked, self.now = App(Composer("/ws", bursts=False), NONE, tempo=None), list[Effect](), 10.0
        self.app.perform = lambda effect, now: self.asked.append(effect)
        self.app.converse(Talk(self.app.composer, FACTS, Notifier(False)), self.now)
        self.tty = PaperTty()
        self.screen: PlainScreen = (LineScreen if lines else PlainScreen)(self.tty, {})
        self.face = PlainFace(self.app, reads_lines=lines)
        self.said: list[str] = []
        self.prompt = ""
        self.screen.start()
        self.tty.paper = ""
        self.hear("", events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r"))
        self.take()
        self.asked.clear()

    def hear(self, event_id: str, *msgs: events.EventMsg) -> None:
        """Events of the conversation, a second after one another, each drawn."""
        for msg in msgs:
            self.app.event(events.Event(event_id, msg), self.now)
            self.now += 1
            self.draw()

    def turn(self, *msgs: events.EventMsg) -> None:
        self.hear("1", *msgs)

    def type(self, text: str, *, after: float = 1.0, gap: float = 0.1) -> None:
        """Keys one after another."""
        self.now += after
        for character in text:
            self.press(KEYS.get(character, Key(character, text=character)))
            self.now += gap

    def press(self, value: Input) -> None:
        self.face.handle(value, self.now)
        self.draw()

    def enter(self, text: str, *, after: float = 1.0) -> None:
        """A whole line, which the terminal has echoed."""
        self.now += after
        self.tty.line_taken = True
        self.tty.paper += f"{text}\n"
        self.press(Entered(text))

    def draw(self) -> None:
        self.app.tick(self.now)
        frame = self.face.frame(60, 24, self.now)
        assert not frame.overlay
        self.said += [row.text for row in frame.history]
        self.prompt = "\n".join(row.text for row in frame.rows)
        self.screen.print(frame.history)
        self.screen.draw(frame.rows, frame.cursor)

    def take(self) -> list[str]:
        """What was said since the last time."""
        said, self.said = self.said, []
        return said
