"""Any order of events, sensible or not, is shown: nothing fails, nothing is printed twice, nothing stays live."""

from __future__ import annotations

import unicodedata
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.cells.agent import AgentText
from octavo.frontends.terminal.cells.cell import Cell, Palette
from octavo.frontends.terminal.cells.command import CommandCell
from octavo.frontends.terminal.cells.exploring import ExploringCell
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.text.widths import width
from octavo.protocol import events
from octavo.protocol.changes import AddedFile, FileChange, UpdatedFile
from octavo.protocol.commands import ListFilesCommand, ReadCommand, UnknownCommand
from octavo.protocol.review import ReviewOutput
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo

TEXTS = st.sampled_from(
    (
        "plain", "**bold**\n\nbody", "a\nb\n", "\n", "", "漢字 👩\u200d👧", "x" * 300, "```\n", "\ud800",
        "\x1b[31mred\x1b]0;t\x07\x9b2J\r\n\t\x00",
    )
)  # fmt: skip
CALLS = st.sampled_from("abc")
COMMANDS = (UnknownCommand, lambda name: ReadCommand(name, name, name), ListFilesCommand)
TIME = events.Duration(1, 0)
INVOCATION = events.McpInvocation("server", "tool", {"key": "\x1b[2J"})


@st.composite
def messages(draw: st.DrawFn) -> events.Msg:
    text, call = draw(TEXTS), draw(CALLS)
    parsed = draw(st.sampled_from(COMMANDS))(text)
    percent = draw(st.floats(0, 120))
    outcome = draw(
        st.sampled_from(
            (
                events.McpOutcome(err=text), events.McpOutcome(),
                events.McpOutcome(ok=events.McpToolResult(({"type": "text", "text": text}, {"odd": text}, text))),
            )
        )
    )  # fmt: skip
    tokens = TokenUsage(draw(st.integers(0, 10**6)), 0, 5, 1, draw(st.integers(0, 10**6)))
    change = draw(
        st.sampled_from((FileChange(add=AddedFile(text)), FileChange(update=UpdatedFile(text)), FileChange()))
    )
    return draw(
        st.sampled_from(
            (
                events.TaskStarted(), events.TaskComplete(text), events.TurnAborted(), events.TurnAborted("replaced"),
                events.Error(text), events.Warning(text), events.StreamError(text), events.BackgroundEvent(text),
                events.DeprecationNotice(text, text), events.AgentMessage(text), events.AgentMessageDelta(text),
                events.AgentMessageDelta(text), events.AgentReasoning(text), events.AgentReasoningDelta(text),
                events.AgentReasoningRawContent(text), events.AgentReasoningSectionBreak(),
                events.ExecCommandBegin(call, ("bash", "-lc", text), "/", (parsed,)),
                events.ExecCommandEnd(call, text, "", text, draw(st.integers(-1, 3)), TIME, text),
                events.ExecApprovalRequest(call, (text,), "/"), events.ApplyPatchApprovalRequest(call, {text: change}),
                events.PatchApplyBegin(call, True, {text: change, "/p/b": change}),
                events.PatchApplyEnd(call, text, text, draw(st.booleans())), events.McpToolCallBegin(call, INVOCATION),
                events.McpToolCallEnd(call, INVOCATION, TIME, outcome), events.WebSearchEnd(call, text),
                events.ViewImageToolCall(call, text), events.PlanUpdate(text, (events.PlanStep(text, "pending"),)),
                events.UndoStarted(text), events.UndoCompleted(draw(st.booleans()), text),
                events.EnteredReviewMode(text, text), events.ExitedReviewMode(ReviewOutput(overall_explanation=text)),
                events.ExitedReviewMode(None), events.SessionConfigured(call, text),
                events.TokenCount(TokenUsageInfo(tokens, tokens), RateLimitSnapshot(RateLimitWindow(percent))),
            )
        )
    )  # fmt: skip


def check(cell: Cell, columns: int) -> None:
    for row in cell.scrollback(columns, Palette()) + cell.transcript(columns, Palette()):
        assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in row.text)
        assert width(row.text) <= max(columns, 2)


@given(st.lists(messages(), max_size=40), st.integers(1, 60), st.data())
@settings(max_examples=200)
def test_whatever_comes_is_shown(msgs: list[events.Msg], columns: int, data: st.DataObject) -> None:
    chat = Chat(ChatFacts(version="1", cwd="/p", model="m", prints_reasoning=True, shows_raw_reasoning=True))
    now = 0.0
    for msg in (*msgs, events.TaskComplete()):
        now += data.draw(st.sampled_from((0.0, 0.05, 3.0)))
        chat.tick(now)
        chat.feed(events.Event("1", msg), now)
        for cell in chat.take_cells():
            check(cell, columns)
        if (live := chat.live()) is not None:
            check(live, columns)
        chat.status(now)
        assert 0 <= chat.context_left() <= 100
    assert chat.live() is None
    assert chat.status(now) is None
    assert chat.take_questions() == []
    assert chat.wakes_at is None


@given(st.lists(messages(), max_size=40))
@settings(max_examples=200)
def test_each_call_is_printed_once_and_no_word_of_a_message_is_lost(msgs: list[events.Msg]) -> None:
    chat = Chat(ChatFacts(version="1", cwd="/p", model="m"))
    began, printed, streamed = 0, 0, Counter[str]()
    begun: set[str] = set()
    for number, msg in enumerate((*msgs, events.TaskComplete())):
        if isinstance(msg, events.ExecCommandBegin):
            begun.add(msg.call_id)
            began += 1
        is_piece = isinstance(msg, events.AgentMessageDelta)
        streamed[f"word{number}"] += is_piece
        chat.feed(events.Event("1", events.AgentMessageDelta(f"word{number} ") if is_piece else msg), 0.0)
        for cell in chat.take_cells():
            if isinstance(cell, CommandCell):
                printed += 1
                assert cell.ended is not None
            elif isinstance(cell, ExploringCell):
                printed += len(cell.looks)
                assert not cell.is_running
            elif isinstance(cell, AgentText):
                streamed.subtract(word for row in cell.scrollback(80, Palette()) for word in row.text.split())
    assert printed <= began
    assert (printed > 0) == bool(begun)
    assert not +streamed, "a word was lost"
