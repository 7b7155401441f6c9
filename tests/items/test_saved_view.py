"""The same items from the lines of a saved session."""

from __future__ import annotations

import json
from typing import Any

import pytest

from octavo.protocol import view_items as view
from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    InputImage,
    InputText,
    LocalShellCall,
    LocalShellExec,
    Message,
    OutputText,
    Reasoning,
    ResponseItem,
    SummaryText,
    WebSearchAction,
    WebSearchCall,
    user_message,
)
from octavo.protocol.saved_view import SavedView
from octavo.protocol.view_items import ItemChange


def seen(*items: ResponseItem) -> list[ItemChange]:
    saved = SavedView()
    return [change for item in items for change in saved.feed(item)]


def call(name: str, arguments: Any, call_id: str = "c1") -> FunctionCall:
    return FunctionCall(name, json.dumps(arguments), call_id)


def wrapped(output: str, code: int) -> str:
    return json.dumps({"output": output, "metadata": {"exit_code": code, "duration_seconds": 0.1}})


def test_a_command_and_its_output() -> None:
    begun, ended = seen(call("shell", {"command": ["ls", "-l"]}), FunctionCallOutput("c1", wrapped("a\n", 2)))
    assert begun == ItemChange("started", view.CommandExecution(id="c1", tool="shell", command=("ls", "-l")))
    assert (ended.item.command, ended.item.output, ended.item.exit_code) == (("ls", "-l"), "a\n", 2)
    assert ended.item.status == "failed"


@pytest.mark.parametrize(
    ("output", "code", "status"),
    [
        ("Exit code: 0\nWall time: 0.1 seconds\nOutput:\nfine\n", 0, "completed"),
        ("Exit code: 3\nWall time: 0.1 seconds\nOutput:\n", 3, "failed"),
        ("Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 2\nOutput:\nExit code: 0\n", 2, "failed"),
        ("exec command rejected by user", None, "failed"),
        ("Exit code: 0", None, "failed"),
        ("aborted", None, "aborted"),
    ],
)
def test_how_a_command_ended_is_seen_from_what_was_saved_of_it(output: str, code: int | None, status: str) -> None:
    _, ended = seen(call("shell", {"command": ["ls"]}), FunctionCallOutput("c1", output))
    assert (ended.item.exit_code, ended.item.status, ended.item.output) == (code, status, output)


def test_a_call_of_another_tool_that_was_interrupted_is_no_success() -> None:
    _, ended = seen(call("look", {}), FunctionCallOutput("c1", "aborted"))
    assert ended.item.status == "aborted"


def test_a_line_for_a_shell_stays_a_line() -> None:
    (begun,) = seen(call("exec_command", {"cmd": "ls | wc"}))
    assert (begun.item.tool, begun.item.command) == ("exec_command", "ls | wc")


def test_a_shell_call_of_the_model_may_only_have_an_item_id() -> None:
    item = LocalShellCall(None, "completed", LocalShellExec(("ls",), working_directory="/w"), id="ls_1")
    (begun,) = seen(item)
    assert begun.item == view.CommandExecution(id="ls_1", tool="shell", command=("ls",), cwd="/w")


def test_other_tools_keep_what_was_written() -> None:
    patch = CustomToolCall(call_id="c2", name="apply_patch", input="*** Begin Patch")
    changes = seen(call("look", {"a": 1}), patch, CustomToolCallOutput("c2", "done"), FunctionCallOutput("c1", "[1]"))
    assert [(change.stage, change.item.id) for change in changes] == [
        ("started", "c1"),
        ("started", "c2"),
        ("completed", "c2"),
        ("completed", "c1"),
    ]
    assert (changes[2].item.arguments, changes[2].item.output) == ("*** Begin Patch", "done")
    assert (changes[3].item.arguments, changes[3].item.output) == ('{"a": 1}', "[1]")


def test_arguments_that_are_no_json_are_shown_as_they_are() -> None:
    (begun,) = seen(FunctionCall("shell", "{oh", "c1"))
    assert begun.item == view.ToolCall(id="c1", tool="shell", arguments="{oh")


def test_an_output_without_its_call_is_shown() -> None:
    (ended,) = seen(FunctionCallOutput("x", (InputText("a"), InputImage("data:"))))
    assert ended.item == view.ToolCall(id="x", status="completed", tool="", arguments="", output="a[picture]")


def test_words_thoughts_and_searches() -> None:
    prefix = user_message(InputText("<environment_context>\n</environment_context>"))
    changes = seen(
        prefix,
        user_message(InputText("hi"), InputImage("data:")),
        Reasoning((SummaryText("one"),)),
        WebSearchCall(action=WebSearchAction("open_page")),
        Message("assistant", (OutputText("yes"),)),
    )
    assert [change.item for change in changes] == [
        view.UserMessage(id="", status="completed", text="hi", images=("data:",)),
        view.Reasoning(id="", status="completed", sections=("one",)),
        view.WebSearch(id="", status="completed", query="", action=WebSearchAction("open_page")),
        view.AgentMessage(id="", status="completed", texts=("yes",)),
    ]
