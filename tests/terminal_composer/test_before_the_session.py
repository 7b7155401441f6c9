"""What is typed while the agent is loaded and the session begins is not lost."""

from __future__ import annotations

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.effects.composer import Interrupt, RunCommand, Submit, UserShell
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.notifications import Notifier
from octavo.protocol import events
from octavo.protocol.ids import ConversationId


class Early:
    """An app before its session; what it asks for outside is kept."""

    def __init__(self, composer: Composer | None = None) -> None:
        self.app = App(composer or Composer("/ws", bursts=False), 0)
        self.asked, self.now = list[Effect](), 0.0
        self.app.perform = lambda effect, now: self.asked.append(effect)

    def say(self, text: str) -> None:
        for key in (*(Key(character, text=character) for character in text), Key("enter")):
            self.press(key)

    def press(self, key: Key) -> None:
        self.now += 0.1
        self.app.handle(key, self.now)

    def load(self) -> None:
        facts = ChatFacts(version="1", cwd="/ws", model="gpt-5-codex")
        self.app.converse(Talk(self.app.composer, facts, Notifier(False)), self.now)

    def begin(self) -> None:
        id_ = ConversationId("01a2272d-8f19-737e-9444-bff514034003")
        configured = events.SessionConfigured(
            session_id=id_, model="gpt-5-codex", rollout_path="/r", history_log_id=0, history_entry_count=0
        )
        self.app.event(events.Event("", configured), self.now)

    def messages(self) -> list[Effect]:
        return [effect for effect in self.asked if not isinstance(effect, Operate)]


def test_messages_wait_in_sight_until_the_session_begins() -> None:
    early = Early()
    early.say("first")
    early.say("second")
    early.load()
    early.say("!ls")
    assert [message.draft.text for message in early.app.composer.waiting.queue] == ["first", "second", "!ls"]
    assert early.messages() == []
    early.begin()
    assert early.messages() == [Submit("first")]


def test_the_prompt_of_the_command_line_goes_before() -> None:
    early = Early()
    early.say("typed")
    early.load()
    early.app.run((Submit("given", ("a.png",)),), early.now)
    early.begin()
    assert early.messages() == [Submit("given", ("a.png",))]


def test_a_command_of_the_user_waits_too() -> None:
    early = Early()
    early.load()
    early.say("!ls")
    early.begin()
    assert early.messages() == [UserShell("ls")]


def test_commands_run_once_they_can() -> None:
    early = Early()
    early.say("/status")
    assert early.asked == []
    early.load()
    assert early.asked == [RunCommand("status")]


def test_esc_gives_back_what_waits() -> None:
    early = Early()
    early.say("hi")
    early.press(Key("escape"))
    early.load()
    early.begin()
    assert early.messages() == []
    assert early.app.composer.editor.draft.text == "hi"


def test_what_is_given_back_has_its_pictures() -> None:
    early = Early(Composer("/ws", read_size=lambda path: (7, 5)))
    early.app.handle(Paste("/ws/a.png"), early.now)
    early.press(Key("enter"))
    early.press(Key("escape"))
    early.load()
    early.begin()
    early.press(Key("enter"))
    assert early.messages() == [Submit("[a.png 7x5]", ("/ws/a.png",))]


def test_a_session_that_cannot_begin_gives_back_what_waits() -> None:
    early = Early()
    early.load()
    early.say("hi")
    early.app.could_not_open()
    assert early.app.composer.editor.draft.text == "hi"
    assert not early.app.composer.busy


def test_a_message_without_a_session_is_a_draft_again_and_blocks_no_command() -> None:
    early = Early()
    early.load()
    early.app.could_not_open()
    early.say("hello")
    assert early.app.composer.editor.draft.text == "hello"
    assert not early.app.composer.busy
    assert early.app.talk is not None
    rows = [row.text for cell in early.app.talk.cells for row in cell.transcript(100, Palette())]
    assert "■ There is no session that could take this. /new tries to begin one." in rows
    early.app.talk.new_chat(ChatFacts(version="1", cwd="/ws", model="gpt-5-codex"))
    early.press(Key("enter"))
    assert early.app.composer.busy
    early.begin()
    assert early.messages() == [Submit("hello")]


def test_leaving_needs_no_agent() -> None:
    early = Early()
    early.press(Key("c", ctrl=True))
    assert early.asked == [Quit()]


def test_an_interrupt_reaches_a_session_that_has_begun() -> None:
    early = Early()
    early.load()
    early.begin()
    early.say("hi")
    early.press(Key("escape"))
    assert early.messages() == [Submit("hi"), Interrupt()]
