"""Items from the events of a running conversation: what begins, changes and ends, under which id."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.changes import AddedFile, FileChange
from octavo.protocol.item_view import ItemView
from octavo.protocol.legacy import legacy_events
from octavo.protocol.turn_items import (
    AgentContent,
    AgentMessageItem,
    ReasoningItem,
    Text,
    TextInput,
    TurnItem,
    UserMessageItem,
    WebSearchItem,
)
from octavo.protocol.view_items import ItemChange

BEGIN = events.ExecCommandBegin("c1", ("ls", "-l"), "/w", ())
END = events.ExecCommandEnd("c1", "a\n", "", "a\n", 0, events.Duration(1, 5), "a\n")
CHANGES = {"/w/a": FileChange(add=AddedFile("1\n"))}
CALL = events.McpInvocation("srv", "tool", {"q": 1})
PLAN = (events.PlanStep("one", "pending"),)


def seen(*msgs: events.EventMsg, view: ItemView | None = None) -> list[ItemChange]:
    """What a turn's events change, in order."""
    feed = (view or ItemView(itertools.count(10.0, 0.5).__next__)).feed
    return [change for msg in msgs for change in feed(events.Event("7", msg))]


def stages(changes: Sequence[ItemChange]) -> list[tuple[str, str, str]]:
    return [(change.stage, change.item.id, change.item.status) for change in changes]


def completed(item: TurnItem) -> list[events.EventMsg]:
    """The end of an item and what follows it, as the engine tells it."""
    end = events.ItemCompleted("thread", "7", item)
    return [end, *legacy_events(end, show_raw_reasoning=True)]


def agent(item_id: str, *texts: str) -> TurnItem:
    return TurnItem(agent_message=AgentMessageItem(item_id, tuple(AgentContent(Text(text)) for text in texts)))


def test_a_command_begins_and_ends_under_its_call_id() -> None:
    begun, ended = seen(BEGIN, END)
    assert begun == ItemChange("started", view.CommandExecution(id="c1", command=("ls", "-l"), cwd="/w"))
    assert (ended.stage, ended.item.status, ended.item.command) == ("completed", "completed", ("ls", "-l"))
    assert (ended.item.output, ended.item.exit_code, ended.item.duration) == ("a\n", 0, events.Duration(1, 5))


def test_commands_side_by_side_keep_apart() -> None:
    other = events.ExecCommandBegin("c2", ("false",), "/w", ())
    failed = events.ExecCommandEnd("c2", "", "", "", 1, events.Duration(0, 0), "")
    assert stages(seen(BEGIN, other, failed, END)) == [
        ("started", "c1", "in_progress"),
        ("started", "c2", "in_progress"),
        ("completed", "c2", "failed"),
        ("completed", "c1", "completed"),
    ]


def test_what_a_stopped_agent_still_ran_ends_with_it_and_once() -> None:
    inner = events.ExecCommandBegin("c9/c1", ("sleep", "5"), "/w", ())
    stopped = events.McpToolCallEnd("c9", CALL, events.Duration(1, 0), events.McpOutcome(err="stopped"))
    begun = (BEGIN, events.McpToolCallBegin("c9", CALL), inner)
    assert stages(seen(*begun, stopped, events.TurnAborted("interrupted")))[3:] == [
        ("completed", "c9/c1", "aborted"),
        ("completed", "c9", "failed"),
        ("completed", "c1", "aborted"),
    ]


def test_an_end_without_a_beginning_is_told_with_what_is_known() -> None:
    (ended,) = seen(END)
    assert (ended.item.command, ended.item.output) == ((), "a\n")
    (patch,) = seen(events.PatchApplyEnd("c3", "", "no", success=False))
    assert (patch.item.changes, patch.item.duration, patch.item.status) == ({}, None, "failed")


def test_a_patch_is_timed_by_the_clock() -> None:
    begun, ended = seen(events.PatchApplyBegin("c1", True, CHANGES), events.PatchApplyEnd("c1", "ok", "", success=True))
    assert (begun.item.changes, begun.item.auto_approved) == (CHANGES, True)
    assert (ended.item.changes, ended.item.stdout, ended.item.duration) == (CHANGES, "ok", events.duration(0.5))


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (events.McpOutcome(ok=events.McpToolResult(())), "completed"),
        (events.McpOutcome(ok=events.McpToolResult((), is_error=True)), "failed"),
        (events.McpOutcome(err="gone"), "failed"),
    ],
)
def test_an_mcp_call_fails_also_by_its_own_word(outcome: events.McpOutcome, status: str) -> None:
    end = events.McpToolCallEnd("m1", CALL, events.Duration(0, 1), outcome)
    _, ended = seen(events.McpToolCallBegin("m1", CALL), end)
    assert (ended.item.status, ended.item.outcome, ended.item.invocation) == (status, outcome, CALL)


def test_a_plan_begins_changes_and_ends_with_its_turn() -> None:
    done = (events.PlanStep("one", "completed"),)
    update, better = events.PlanUpdate(None, PLAN), events.PlanUpdate("why", done)
    changes = seen(update, better, events.TaskComplete(), update)
    assert [change.stage for change in changes] == ["started", "updated", "completed", "started"]
    assert changes[2].item == view.Plan(id="plan-7", status="completed", steps=done, explanation="why")


def test_a_message_is_one_item_however_many_flat_events_say_it_again() -> None:
    begun = events.ItemStarted("thread", "7", agent("msg_1", ""))
    changes = seen(begun, *completed(agent("msg_1", "a", "a")), events.TokenCount())
    assert stages(changes) == [("started", "msg_1", "in_progress"), ("completed", "msg_1", "completed")]
    assert changes[1].item.texts == ("a", "a")


def test_the_users_words_reasoning_and_searches_are_items_too() -> None:
    user = TurnItem(user_message=UserMessageItem("u", (TextInput("a"), TextInput("b"))))
    thought = TurnItem(reasoning=ReasoningItem("", ("one", "two"), ("raw",)))
    search = TurnItem(web_search=WebSearchItem("ws", "oslo"))
    changes = seen(*completed(user), *completed(thought), *completed(search))
    assert [change.item for change in changes] == [
        view.UserMessage(id="u", status="completed", text="ab"),
        view.Reasoning(id="", status="completed", sections=("one", "two"), raw=("raw",)),
        view.WebSearch(id="ws", status="completed", query="oslo"),
    ]


def test_flat_events_count_where_no_item_event_said_so_before() -> None:
    flat = (
        events.UserMessage("hi"),
        events.AgentReasoning("hm"),
        events.AgentMessage("yes"),
        events.AgentMessage("yes"),
    )
    changes = seen(*flat)
    assert [type(change.item).__name__ for change in changes] == [
        "UserMessage",
        "Reasoning",
        "AgentMessage",
        "AgentMessage",
    ]
    assert len({change.item.id for change in changes}) == 4


def test_a_message_whose_end_is_kept_back_ends_with_its_flat_event() -> None:
    """As in a review, which forwards the beginning of the reviewer's message and its text."""
    changes = seen(events.ItemStarted("thread", "7", agent("msg_9", "")), events.AgentMessage("fine"))
    assert stages(changes) == [("started", "msg_9", "in_progress"), ("completed", "msg_9", "completed")]


def test_what_an_aborted_turn_leaves_open_ends_aborted() -> None:
    shown = ItemView()
    seen(BEGIN, events.PlanUpdate(None, PLAN), events.ItemStarted("thread", "7", agent("msg_1", "")), view=shown)
    assert stages(seen(events.TurnAborted(), view=shown)) == [
        ("completed", "c1", "aborted"),
        ("completed", "plan-7", "aborted"),
        ("completed", "msg_1", "aborted"),
    ]
    assert not shown.open_items


def test_a_command_may_outlive_its_turn_and_nothing_else() -> None:
    shown = ItemView()
    seen(BEGIN, events.McpToolCallBegin("m1", CALL), view=shown)
    assert stages(seen(events.TaskComplete(), view=shown)) == [("completed", "m1", "aborted")]
    assert stages(seen(END, view=shown)) == [("completed", "c1", "completed")]


def test_pieces_and_notices_are_no_items() -> None:
    assert not seen(
        events.AgentMessageContentDelta("thread", "7", "msg_1", "a"),
        events.ExecCommandOutputDelta("c1", "stdout", b"a"),
        events.Warning("w"),
        events.TurnDiff("+a"),
    )
