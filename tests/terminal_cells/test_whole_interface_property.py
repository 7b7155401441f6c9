"""Whatever is typed, pasted, opened and resized while a conversation runs: what is printed is the conversation."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.keys.key import Focus, Input, Key, Paste
from octavo.frontends.terminal.notifications import Notifier
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.text.widths import line_width
from octavo.protocol import events
from octavo.protocol.commands import ParsedCommand, ReadCommand, UnknownCommand
from octavo.protocol.ids import ConversationId

FACTS = ChatFacts(version="1", cwd="/ws", model="gpt-5-codex")
ID = ConversationId("01a2272d-8f19-737e-9444-bff514034003")
CONFIGURED = events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r")
TEXT = """# A heading

Words that go on for **more than
one line**, and `code`.

- item with 漢字
    - inner 👩\u200d👧

```
    code \x1b[31m and\ttabs
```

| a | b |
|---|---|

> quote

The end."""

INPUTS: st.SearchStrategy[Input] = st.sampled_from(
    (
        Key("x", text="x"), Key("漢", text="漢"), Key("left"), Key("backspace"), Key("a", ctrl=True),
        Key("j", ctrl=True), Key("up"), Key("/", text="/"), Key("@", text="@"), Key("t", ctrl=True), Key("q", text="q"),
        Key("pageup"), Key("?", text="?"), Key("y", ctrl=True), Key("k", ctrl=True),
        Paste("pasted\rtext " * 3), Focus(False),
    )
)  # fmt: skip


class Screen:
    """An app with a session; keeps what it prints."""

    def __init__(self) -> None:
        self.app, self.now, self.history = App(Composer("/ws"), 0), 0.0, list[Line]()
        self.app.converse(Talk(self.app.composer, FACTS, Notifier(True)), self.now)
        self.send(CONFIGURED)
        self.draw(80, 24)
        self.send(events.TaskStarted())

    def send(self, msg: events.Msg) -> None:
        self.app.event(events.Event("1", msg), self.now)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        deadline = self.app.deadline()
        if deadline is not None and deadline <= self.now:
            self.app.tick(self.now)

    def draw(self, columns: int, lines: int) -> None:
        frame = self.app.frame(columns, lines, self.now)
        self.history += frame.history
        assert len(frame.rows) <= max(lines, 1)
        assert all(line_width(row) <= max(columns, 2) for row in frame.rows)
        if frame.cursor is not None:
            assert 0 <= frame.cursor[0] < max(len(frame.rows), 1)
            assert 0 <= frame.cursor[1] <= columns

    def finish(self) -> list[str]:
        self.send(events.AgentMessage(TEXT))
        self.send(events.TaskComplete(TEXT))
        for _ in range(3):
            self.draw(80, 24)
        return [row.text for row in self.history]


def events_of_a_turn(data: st.DataObject) -> list[events.Msg]:
    """The text in random pieces, with commands that begin and end somewhere."""
    msgs: list[events.Msg] = []
    rest = TEXT
    while rest:
        size = data.draw(st.integers(1, 60))
        msgs.append(events.AgentMessageDelta(rest[:size]))
        rest = rest[size:]
    commands: tuple[ParsedCommand, ...] = (ReadCommand("cat a", "a", "a"), UnknownCommand("make"))
    end = events.ExecCommandEnd("c", "out\n", "", "out\n", 0, events.Duration(0, 0), "out\n")
    place = data.draw(st.integers(0, len(msgs)))
    parsed = data.draw(st.sampled_from(commands))
    msgs.insert(place, events.ExecCommandBegin("c", ("bash", "-lc", "make"), "/ws", (parsed,)))
    msgs.insert(data.draw(st.integers(place + 1, len(msgs))), end)
    return msgs


@given(st.data())
@settings(max_examples=60)
def test_keys_and_sizes_change_nothing_in_what_is_printed(data: st.DataObject) -> None:
    msgs = events_of_a_turn(data)
    plain, busy = Screen(), Screen()
    for msg in msgs:
        plain.now = busy.now
        plain.send(msg)
        busy.send(msg)
        for value in data.draw(st.lists(INPUTS, max_size=4)):
            busy.app.handle(value, busy.now)
        busy.wait(data.draw(st.sampled_from((0.0, 0.02, 0.3))))
        busy.draw(80, data.draw(st.integers(1, 40)))
    if busy.app.pager is not None:
        busy.app.handle(Key("q", text="q"), busy.now)
    assert busy.finish() == plain.finish()


@given(st.data())
@settings(max_examples=60)
def test_no_word_is_lost_or_said_twice_at_any_widths(data: st.DataObject) -> None:
    msgs = events_of_a_turn(data)
    plain, busy = Screen(), Screen()
    for msg in msgs:
        plain.now = busy.now
        plain.send(msg)
        busy.send(msg)
        busy.wait(data.draw(st.sampled_from((0.0, 0.3))))
        busy.draw(data.draw(st.integers(20, 100)), data.draw(st.integers(1, 40)))
    assert letters(busy.finish()) == letters(plain.finish())


def letters(rows: list[str]) -> str:
    return "".join(sign for row in rows for sign in row if sign.isalnum())


@given(st.data())
@settings(max_examples=30)
def test_any_size_is_drawn(data: st.DataObject) -> None:
    screen = Screen()
    for msg in events_of_a_turn(data):
        screen.send(msg)
        screen.app.handle(data.draw(INPUTS), screen.now)
        screen.wait(0.3)
        screen.draw(data.draw(st.integers(1, 20)), data.draw(st.integers(1, 8)))
    assert screen.finish()
