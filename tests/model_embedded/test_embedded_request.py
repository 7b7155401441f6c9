"""What a local model is asked: short, in plain text, and held to valid calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from local_payloads import DOCUMENTS, ENVIRONMENT, SHELL_SCHEMA, TOOLS, call, output, payload, tool, user

from octavo.model.backend import ChatPayload
from octavo.model.embedded.request import LocalRequest, local_request
from octavo.model.embedded.tools import InvalidCall, fits, offered_tools, read_call

SYSTEM = "Who you are.\n\nHow to act.\n\n{tools}"


def _asked(asked: ChatPayload, *, small: bool, window: int = 4096) -> LocalRequest:
    return local_request(asked, SYSTEM, context_size=window, is_small=small)


def _contents(asked: LocalRequest) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in asked.body["messages"]]


def test_the_short_prompt_stands_in_for_the_long_one() -> None:
    for small in (True, False):
        contents = _contents(_asked(payload(user("List.")), small=small))
        assert contents[0][0] == "system"
        assert contents[0][1].startswith("Who you are.\n\nHow to act.")
        assert not any("very long prompt" in text for _, text in contents)


def test_a_small_model_sees_the_task_alone_after_its_examples() -> None:
    contents = _contents(_asked(payload(user("List.")), small=True))
    assert contents[-1] == ("user", "List.")
    assert not any(DOCUMENTS in text or ENVIRONMENT in text for _, text in contents)
    roles = [role for role, _ in contents[1:]]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def test_the_examples_are_valid_calls_of_the_offered_tool() -> None:
    for tools in (TOOLS, [tool("exec_command", {"type": "object", "properties": {"cmd": {"type": "string"}}})]):
        asked = _asked(payload(user("List."), tools=tools), small=True)
        shown = [text for role, text in _contents(asked) if role == "assistant" and text.startswith("{")]
        assert len(shown) > 3
        for text in shown:
            read_call(text, asked.tools)


def test_a_large_model_sees_documents_environment_and_every_tool_for_text() -> None:
    contents = _contents(_asked(payload(user("List.")), small=False))
    assert contents[-1] == ("user", f"{DOCUMENTS}\n\n{ENVIRONMENT}\n\nList.")
    assert all(f'"name":"{name}"' in contents[0][1] for name in ("shell", "update_plan"))
    assert "view_image" not in contents[0][1]
    assert "Does it." in contents[0][1]


def test_calls_and_outputs_become_plain_text() -> None:
    result = json.dumps({"output": "a.txt\n", "metadata": {"exit_code": 0, "duration_seconds": 0.1}})
    failed = json.dumps({"output": "no\n", "metadata": {"exit_code": 2, "duration_seconds": 0.1}})
    asked = _asked(
        payload(user("Go."), call('{"command":["ls"]}'), output(result), call("{}"), output(failed)), small=True
    )
    assert _contents(asked)[-4:] == [
        ("assistant", '{"name":"shell","arguments":{"command":["ls"]}}'),
        ("user", "Output:\na.txt\n"),
        ("assistant", '{"name":"shell","arguments":{}}'),
        ("user", "Output:\nExit code: 2\nno\n"),
    ]


@pytest.mark.parametrize("content", ["plain", '{"output": 3}', "[1"])
def test_other_outputs_stay_as_they_are(content: str) -> None:
    asked = _asked(payload(user("Go."), call("{}"), output(content)), small=True)
    assert _contents(asked)[-1] == ("user", f"Output:\n{content}")


def test_pictures_are_named_only() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:x"}}
    asked = _asked(payload({"role": "user", "content": [{"type": "text", "text": "See"}, picture]}), small=True)
    assert _contents(asked)[-1] == ("user", "See\n[image]")


def test_long_outputs_lose_their_middle_and_the_task_stays_whole() -> None:
    task = "Do this. " * 2000
    asked = _asked(payload(user(task), call("{}"), output("begin" + "x" * 50_000 + "end")), small=True, window=1000)
    contents = _contents(asked)
    assert ("user", task) in contents
    assert len(contents[-1][1]) < 600
    assert contents[-1][1].startswith("Output:\nbegin")
    assert contents[-1][1].endswith("end")


def test_a_small_model_calls_first_and_then_answers() -> None:
    begin = _asked(payload(user("Go.")), small=True)
    assert "start: call\n" in begin.body["grammar"]
    after = _asked(payload(user("Go."), call("{}"), output("ok")), small=True)
    assert "start: text\n" in after.body["grammar"]
    assert after.tools == ()


def test_the_next_task_may_call_again() -> None:
    asked = _asked(payload(user("Go."), call("{}"), output("ok"), user("More.")), small=True)
    assert "start: call\n" in asked.body["grammar"]


def test_a_large_model_chooses_until_it_has_called_often_enough() -> None:
    calls = [message for _ in range(40) for message in (call("{}"), output("ok"))]
    assert "start: call | text\n" in _asked(payload(user("Go."), *calls[:-2]), small=False).body["grammar"]
    assert "start: text\n" in _asked(payload(user("Go."), *calls), small=False).body["grammar"]


def test_an_environment_update_is_no_new_task() -> None:
    calls = [message for _ in range(40) for message in (call("{}"), output("ok"))]
    asked = _asked(payload(user("Go."), *calls, user(ENVIRONMENT)), small=False)
    assert "start: text\n" in asked.body["grammar"]


def test_without_tools_nothing_is_said_of_calls_and_nothing_is_constrained() -> None:
    asked = _asked(payload(user("Sum up."), tools=[]), small=True)
    assert "grammar" not in asked.body
    assert _contents(asked) == [("system", "Who you are."), ("user", "Sum up.")]


def test_a_small_model_is_offered_the_shell_as_one_script() -> None:
    [shell] = offered_tools(TOOLS, is_small=True)
    assert shell.name == "shell"
    assert list(shell.grammar["properties"]) == ["command"]
    assert shell.parameters == SHELL_SCHEMA


def test_without_a_shell_a_small_model_is_offered_what_there_is() -> None:
    assert [one.name for one in offered_tools(TOOLS[1:], is_small=True)] == ["update_plan"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"name":"shell","arguments":{"command":["ls"', "not whole JSON"),
        ('["shell"]', "not an object"),
        ('{"name":"shell"}', "not an object with a name and arguments"),
        ('{"name":"rm","arguments":{}}', "no tool is named 'rm'"),
        ('{"name":"shell","arguments":{}}', "do not fit the schema of shell"),
        ('{"name":"shell","arguments":{"command":[1]}}', "do not fit"),
        ('{"name":"shell","arguments":{"command":[],"x":1}}', "do not fit"),
    ],
)
def test_what_is_no_valid_call_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidCall, match=reason):
        read_call(text, offered_tools(TOOLS, is_small=False))


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        (1, {"type": "number"}, True),
        (True, {"type": "number"}, False),
        (True, {"type": "boolean"}, True),
        ("x", {"type": "number"}, False),
        ({"a": 1}, {"type": "object", "properties": {}, "additionalProperties": {"type": "number"}}, True),
        ({"a": "1"}, {"type": "object", "properties": {}, "additionalProperties": {"type": "number"}}, False),
        ({"a": 1}, {"type": "object", "properties": {}}, True),
        ([["x"]], {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, True),
        ([["x", 1]], {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, False),
    ],
)
def test_values_are_held_against_the_schemas_of_tools(value: Any, schema: dict[str, Any], expected: bool) -> None:
    assert fits(value, schema) is expected
