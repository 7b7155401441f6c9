"""However a message is cut and whenever time passes, what is printed is what its whole text would have printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.cells.cell import Palette, printed
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.text.markdown import Markdown
from octavo.frontends.terminal.text.wrapping import Flow
from octavo.protocol import events
from octavo.protocol.commands import UnknownCommand

FACTS = ChatFacts(version="1", cwd="/p", model="m")
LINES = st.lists(
    st.sampled_from(
        (
            "# Head", "plain words that go on for more than one row of a narrow terminal", "with **bold** and `code`",
            "**open", "close** it", "a `b", "- item", "  - inner", "1. one", "> quote", "```", "    four", "\ttab", "",
            "", "---", "| a | b |", "<div>", "[x](http://y)", "漢字 words 👩\u200d👧 é", "\x1b[31mred\x1b[0m", "a\\",
        )
    ),
    max_size=20,
)  # fmt: skip


def rows(chat: Chat, columns: int) -> list[str]:
    found: list[str] = []
    for cell in chat.take_cells():
        found += [row.text for row in printed(cell, columns, Palette(), is_first=not found)]
    return found


@given(LINES, st.data(), st.integers(8, 100), st.booleans())
@settings(max_examples=150)
def test_random_pieces_print_what_the_whole_text_prints(
    lines: list[str], data: st.DataObject, columns: int, ends: bool
) -> None:
    text = "\n".join(lines) + "\n" * ends
    whole = Chat(FACTS)
    whole.feed(events.Event("1", events.AgentMessage(text)), 0)
    chat, now = Chat(FACTS), 0.0
    commands = 0
    while text:
        size = data.draw(st.integers(1, 40))
        chat.feed(events.Event("1", events.AgentMessageDelta(text[:size])), now)
        text = text[size:]
        now += data.draw(st.sampled_from((0.0, 0.01, 0.06, 1.0)))
        chat.tick(now)
        if data.draw(st.integers(0, 5)) == 0:
            call = str(commands)
            chat.feed(events.Event("1", events.ExecCommandBegin(call, ("x",), "/", (UnknownCommand("x"),))), now)
            commands += 1
    chat.feed(events.Event("1", events.AgentMessage("whatever")), now)
    if lines and "".join(lines):
        assert rows(chat, columns) == rows(whole, columns)
    assert (chat.live() is None) == (commands == 0)


def test_twenty_thousand_pieces_of_four_thousand_lines_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in lines rendered, not in seconds: each source line is rendered once, however many pieces it had."""
    fed: list[int] = []
    feed = Markdown.feed

    def counted(self: Markdown, source: str) -> list[Flow]:
        fed.append(len(source))
        return feed(self, source)

    monkeypatch.setattr(Markdown, "feed", counted)
    chat = Chat(FACTS)
    chat.feed(events.Event("1", events.TaskStarted()), 0)
    for number in range(20_000):
        delta = f"words {number} " + ("\n" if number % 5 == 4 else "")
        chat.feed(events.Event("1", events.AgentMessageDelta(delta)), number / 2000)
        chat.take_cells()
    chat.feed(events.Event("1", events.AgentMessage("")), 10)
    assert len(fed) == 4000
    assert sum(fed) < 400_000


def test_a_line_that_never_ends_is_not_read_again_with_each_piece() -> None:
    chat = Chat(FACTS)
    for _ in range(20_000):
        chat.feed(events.Event("1", events.AgentMessageDelta("word ")), 0)
    assert chat.take_cells() == []
    chat.feed(events.Event("1", events.AgentMessage("")), 0)
    (cell,) = chat.take_cells()
    assert sum(row.text.count("word") for row in cell.scrollback(80, Palette())) == 20_000
