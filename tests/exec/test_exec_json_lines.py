"""`exec --json`: which line each event gives, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from exec_support import Printed, show

from octavo.frontends.exec.jsonl import JsonLines
from octavo.protocol import events
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange, UpdatedFile
from octavo.protocol.usage import TokenUsage, TokenUsageInfo


def lines(*messages: events.Msg) -> list[str]:
    printer_output = Printed()
    show(JsonLines(printer_output.output), messages)
    out, err = printer_output.read()
    assert err == ""
    assert out == b"" or out.endswith(b"\n")
    return out.decode().splitlines()


def values(*messages: events.Msg) -> list[Any]:
    return [json.loads(line) for line in lines(*messages)]


def begin(command: tuple[str, ...], call_id: str = "c") -> events.ExecCommandBegin:
    return events.ExecCommandBegin(call_id, command, "/w", ())


def end(code: int, output: str = "", call_id: str = "c") -> events.ExecCommandEnd:
    return events.ExecCommandEnd(call_id, output, "", output, code, events.duration(0.1), output)


def tokens(total: int, cached: int, output: int) -> events.TokenCount:
    usage = TokenUsage(total, cached, output, 0, total + output)
    return events.TokenCount(TokenUsageInfo(usage, usage, None), None)


def plan(*statuses: events.PlanStatus) -> events.PlanUpdate:
    return events.PlanUpdate(None, tuple(events.PlanStep(f"s{i}", status) for i, status in enumerate(statuses)))


def test_the_smallest_run_has_four_lines() -> None:
    assert lines(
        events.SessionConfigured("id-1", "m"),
        events.TaskStarted(None),
        events.AgentMessage("Hi"),
        tokens(42, 12, 5),
        events.TaskComplete("Hi"),
    ) == [
        '{"type":"thread.started","thread_id":"id-1"}',
        '{"type":"turn.started"}',
        '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"Hi"}}',
        '{"type":"turn.completed","usage":{"input_tokens":42,"cached_input_tokens":12,"output_tokens":5}}',
    ]


def test_usage_is_zero_when_nothing_is_known() -> None:
    assert lines(events.TaskComplete(None)) == [
        '{"type":"turn.completed","usage":{"input_tokens":0,"cached_input_tokens":0,"output_tokens":0}}'
    ]


def test_a_running_command_has_a_null_exit_code() -> None:
    assert lines(begin(("bash", "-lc", "echo hello; echo err >&2"))) == [
        '{"type":"item.started","item":{"id":"item_0","type":"command_execution",'
        '"command":"bash -lc \'echo hello; echo err >&2\'","aggregated_output":"","exit_code":null,'
        '"status":"in_progress"}}'
    ]


@pytest.mark.parametrize(("code", "status"), [(0, "completed"), (3, "failed"), (-1, "failed")])
def test_a_command_ends_under_its_own_id(code: int, status: str) -> None:
    _, ended = lines(begin(("true",)), end(code, "hello\nerr\n"))
    assert ended == (
        '{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"true",'
        f'"aggregated_output":"hello\\nerr\\n","exit_code":{code},"status":"{status}"}}}}'
    )


def test_long_output_stays_whole_on_one_line() -> None:
    output = "x" * 99 + "\n"
    _, ended = values(begin(("cat",)), end(0, output * 2000))
    assert ended["item"]["aggregated_output"] == output * 2000


def test_ends_without_a_beginning_are_dropped() -> None:
    assert lines(end(0), events.PatchApplyEnd("p", "", "", True)) == []


def test_commands_may_overlap() -> None:
    seen = values(begin(("a",), "1"), begin(("b",), "2"), end(0, "", "2"), end(0, "", "1"))
    assert [value["item"]["id"] for value in seen] == ["item_0", "item_1", "item_1", "item_0"]


@pytest.mark.parametrize(("success", "status"), [(True, "completed"), (False, "failed")])
def test_a_patch_is_one_item_at_its_end(success: bool, status: str) -> None:
    changes = {
        "/w/new": FileChange(add=AddedFile("x")),
        "/w/gone": FileChange(delete=DeletedFile("x")),
        "/w/old": FileChange(update=UpdatedFile("@@", "/w/moved")),
    }
    assert lines(events.PatchApplyBegin("p", True, changes), events.PatchApplyEnd("p", "", "", success)) == [
        '{"type":"item.completed","item":{"id":"item_0","type":"file_change","changes":['
        '{"path":"/w/new","kind":"add"},{"path":"/w/gone","kind":"delete"},{"path":"/w/old","kind":"update"}],'
        f'"status":"{status}"}}}}'
    ]


CALL = events.McpInvocation("tt", "good", {"q": 1})


def mcp_end(outcome: events.McpOutcome) -> events.McpToolCallEnd:
    return events.McpToolCallEnd("m", CALL, events.duration(0), outcome)


def test_an_mcp_call_starts_without_result_and_error() -> None:
    assert lines(events.McpToolCallBegin("m", CALL)) == [
        '{"type":"item.started","item":{"id":"item_0","type":"mcp_tool_call","server":"tt","tool":"good",'
        '"arguments":{"q":1},"result":null,"error":null,"status":"in_progress"}}'
    ]


def test_an_mcp_answer_keeps_its_content_and_names_structured_content_always() -> None:
    content = ({"text": "yes", "type": "text"},)
    with_structure = events.McpToolResult(content, {"a": 1})
    without = events.McpToolResult(content)
    first, second = values(mcp_end(events.McpOutcome(ok=with_structure)), mcp_end(events.McpOutcome(ok=without)))
    assert first["item"]["result"] == {"content": list(content), "structured_content": {"a": 1}}
    assert second["item"]["result"] == {"content": list(content), "structured_content": None}
    assert first["item"]["id"] != second["item"]["id"]


def test_an_mcp_answer_that_is_an_error_failed_with_a_result() -> None:
    answer = events.McpToolResult(({"text": "nope", "type": "text"},), is_error=True)
    (item,) = (value["item"] for value in values(mcp_end(events.McpOutcome(ok=answer))))
    assert (item["status"], item["error"]) == ("failed", None)
    assert item["result"]["content"] == [{"text": "nope", "type": "text"}]


def test_an_mcp_call_that_never_arrived_has_an_error() -> None:
    (item,) = (value["item"] for value in values(mcp_end(events.McpOutcome(err="gone"))))
    assert (item["status"], item["result"], item["error"]) == ("failed", None, {"message": "gone"})


def test_a_plan_is_updated_and_completed_before_the_turn() -> None:
    seen = values(plan("in_progress", "pending"), plan("completed", "in_progress"), events.TaskComplete(None))
    assert [value["type"] for value in seen] == ["item.started", "item.updated", "item.completed", "turn.completed"]
    assert {value["item"]["id"] for value in seen[:3]} == {"item_0"}
    assert seen[2]["item"]["items"] == [{"text": "s0", "completed": True}, {"text": "s1", "completed": False}]


def test_the_next_turn_has_a_new_plan() -> None:
    seen = values(plan("pending"), events.TaskComplete(None), events.TaskStarted(None), plan("completed"))
    assert seen[-1]["type"] == "item.started"
    assert seen[-1]["item"]["id"] == "item_1"


def test_a_failed_turn_repeats_its_error() -> None:
    assert lines(
        events.StreamError("Reconnecting... 1/5"), events.Error("stream broke"), events.TaskComplete(None)
    ) == [
        '{"type":"error","message":"Reconnecting... 1/5"}',
        '{"type":"error","message":"stream broke"}',
        '{"type":"turn.failed","error":{"message":"stream broke"}}',
    ]


def test_an_error_before_the_turn_does_not_fail_it() -> None:
    seen = values(events.Error("server zz"), events.TaskStarted(None), events.TaskComplete("x"))
    assert [value["type"] for value in seen] == ["error", "turn.started", "turn.completed"]


def test_a_retry_that_worked_fails_nothing() -> None:
    seen = values(events.TaskStarted(None), events.StreamError("Reconnecting... 1/5"), events.TaskComplete("x"))
    assert seen[-1]["type"] == "turn.completed"


def test_a_warning_is_an_item() -> None:
    assert lines(events.Warning("careful")) == [
        '{"type":"item.completed","item":{"id":"item_0","type":"error","message":"careful"}}'
    ]


def test_reasoning_and_searches_are_items() -> None:
    seen = values(events.AgentReasoning("**Think**"), events.WebSearchEnd("w", "oslo"))
    assert [value["item"] for value in seen] == [
        {"id": "item_0", "type": "reasoning", "text": "**Think**"},
        {"id": "item_1", "type": "web_search", "query": "oslo"},
    ]


@pytest.mark.parametrize(
    "msg",
    [
        events.AgentMessageDelta("x"),
        events.AgentReasoningDelta("x"),
        events.TokenCount(None, None),
        events.TurnDiff("d"),
        events.BackgroundEvent("b"),
        events.DeprecationNotice("old"),
        events.ViewImageToolCall("v", "/a"),
        events.WebSearchBegin("w"),
        events.TurnAborted("interrupted"),
        events.ShutdownComplete(),
    ],
)
def test_other_events_give_no_line(msg: events.Msg) -> None:
    assert lines(msg) == []


def test_text_beyond_ascii_is_written_raw() -> None:
    assert "é✓" in lines(events.AgentMessage("é✓"))[0]


def test_half_a_character_is_replaced() -> None:
    (value,) = values(events.AgentMessage("a\ud800b"))
    assert value["item"]["text"] == "a?b"
