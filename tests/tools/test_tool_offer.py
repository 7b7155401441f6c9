"""What each model is offered, in which shape, and what may run side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from story import Json, answer, call, conversation, freeform, says, shell

STRING, NUMBER, BOOLEAN = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
MCP = ["list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"]


async def first_request(workspace: Path, **settings: Any) -> Json:
    async with conversation(workspace, [says("a")], **settings) as talk:
        await talk.user("go")
        return talk.requests[0]


async def offered(workspace: Path, **settings: Any) -> list[str]:
    request = await first_request(workspace, **settings)
    return [tool.get("name", tool["type"]) for tool in request["tools"]]


async def outputs(workspace: Path, *calls: Json, **settings: Any) -> list[str]:
    async with conversation(workspace, [answer(*calls), says("done")], **settings) as talk:
        await talk.user("go")
        return [item["output"] for item in talk.input() if item["type"].endswith("_output")]


# --- the order of the offer ------------------------------------------------------------------------


async def test_a_terminal_is_offered_before_the_shell(tmp_path: Path) -> None:
    names = await offered(tmp_path / "w", model="gpt-5", features={"unified_exec": True})
    assert names == ["exec_command", "write_stdin", "shell", *MCP, "update_plan", "view_image"]


@pytest.mark.parametrize("model", ["gpt-5", "codex-mini-latest"])
async def test_a_terminal_may_stand_for_the_shell_which_still_answers(tmp_path: Path, model: str) -> None:
    streamed: Json = {"model": model, "features": {"streamable_shell": True}}
    names = await offered(tmp_path / "w", **streamed)
    assert names == ["exec_command", "write_stdin", *MCP, "update_plan", "view_image"]
    (output,) = await outputs(tmp_path / "w", shell("echo hi"), **streamed)
    assert output.startswith('{"output":"hi\\n"')


async def test_all_that_a_model_can_be_offered_stands_in_order(tmp_path: Path) -> None:
    features = {"unified_exec": True, "apply_patch_freeform": True, "web_search_request": True}
    assert await offered(tmp_path / "w", model="test-gpt-5-codex", features=features) == [
        *["exec_command", "write_stdin", "shell", *MCP, "update_plan", "apply_patch"],
        *["grep_files", "read_file", "list_dir", "test_sync_tool", "web_search", "view_image"],
    ]


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        *[(model, None) for model in ("o3", "o4-mini", "gpt-4.1", "gpt-4o-mini", "gpt-3.5-turbo", "gpt-5", "mystery")],
        *[(model, None) for model in ("codex-mini-latest", "test-gpt-5-codex")],
        *[(model, "function") for model in ("gpt-oss:20b", "openai/gpt-oss-20b")],
        *[(model, "custom") for model in ("gpt-5-codex-x", "codex-x", "codex-exp-1")],
    ],
)
@pytest.mark.parametrize("wanted", [False, True])
async def test_how_a_model_writes_patches(tmp_path: Path, model: str, kind: str | None, wanted: bool) -> None:
    """The user's wish counts where the model's family has no way of its own."""
    request = await first_request(tmp_path / "w", model=model, features={"apply_patch_freeform": wanted})
    kinds = [tool["type"] for tool in request["tools"] if tool.get("name") == "apply_patch"]
    assert kinds == ([kind] if kind else ["custom"] if wanted else [])


@pytest.mark.parametrize(
    ("model", "parallel"),
    [("test-gpt-5-codex", True), ("codex-exp-1", True), ("gpt-5-codex", False), ("gpt-5", False), ("mystery", False)],
)
async def test_which_models_may_call_several_tools_at_once(tmp_path: Path, model: str, parallel: bool) -> None:
    request = await first_request(tmp_path / "w", model=model)
    assert (request["parallel_tool_calls"], request["tool_choice"]) == (parallel, "auto")


# --- the shape of each tool -----------------------------------------------------------------------

PARAMETERS: dict[str, tuple[Json, list[str]]] = {
    "shell": (
        {
            "command": {"type": "array", "items": STRING},
            "workdir": STRING,
            "timeout_ms": NUMBER,
            "with_escalated_permissions": BOOLEAN,
            "justification": STRING,
        },
        ["command"],
    ),
    "exec_command": (
        {"cmd": STRING, "shell": STRING, "login": BOOLEAN, "yield_time_ms": NUMBER, "max_output_tokens": NUMBER},
        ["cmd"],
    ),
    "write_stdin": (
        {"session_id": NUMBER, "chars": STRING, "yield_time_ms": NUMBER, "max_output_tokens": NUMBER},
        ["session_id"],
    ),
    "list_mcp_resources": ({"server": STRING, "cursor": STRING}, []),
    "list_mcp_resource_templates": ({"server": STRING, "cursor": STRING}, []),
    "read_mcp_resource": ({"server": STRING, "uri": STRING}, ["server", "uri"]),
    "update_plan": (
        {
            "explanation": STRING,
            "plan": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"step": STRING, "status": STRING},
                    "required": ["step", "status"],
                    "additionalProperties": False,
                },
            },
        },
        ["plan"],
    ),
    "apply_patch": ({"input": STRING}, ["input"]),
    "grep_files": ({"pattern": STRING, "include": STRING, "path": STRING, "limit": NUMBER}, ["pattern"]),
    "read_file": (
        {
            "file_path": STRING,
            "offset": NUMBER,
            "limit": NUMBER,
            "mode": STRING,
            "indentation": {
                "type": "object",
                "properties": {
                    "anchor_line": NUMBER,
                    "max_levels": NUMBER,
                    "include_siblings": BOOLEAN,
                    "include_header": BOOLEAN,
                    "max_lines": NUMBER,
                },
                "additionalProperties": False,
            },
        },
        ["file_path"],
    ),
    "list_dir": ({"dir_path": STRING, "offset": NUMBER, "limit": NUMBER, "depth": NUMBER}, ["dir_path"]),
    "test_sync_tool": (
        {
            "sleep_before_ms": NUMBER,
            "sleep_after_ms": NUMBER,
            "barrier": {
                "type": "object",
                "properties": {"id": STRING, "participants": NUMBER, "timeout_ms": NUMBER},
                "required": ["id", "participants"],
                "additionalProperties": False,
            },
        },
        [],
    ),
    "view_image": ({"path": STRING}, ["path"]),
}


def without_descriptions(schema: Any) -> Any:
    if isinstance(schema, list):
        return [without_descriptions(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: without_descriptions(value) for key, value in schema.items() if key != "description"}


def property_lists(schema: Any) -> list[list[str]]:
    """The names of the properties of a schema and of all schemas within, as they stand."""
    if isinstance(schema, list):
        return [names for one in schema for names in property_lists(one)]
    if not isinstance(schema, dict):
        return []
    own = [list(schema["properties"])] if isinstance(schema.get("properties"), dict) else []
    return own + [names for value in schema.values() for names in property_lists(value)]


async def test_every_function_takes_what_models_know_of_it(tmp_path: Path) -> None:
    everything = await first_request(tmp_path / "a", model="test-gpt-5-codex", features={"unified_exec": True})
    patching = await first_request(tmp_path / "b", model="gpt-oss:20b")
    tools = {tool["name"]: tool for tool in [*patching["tools"], *everything["tools"]]}
    assert sorted(tools) == sorted(PARAMETERS)
    for name, (properties, required) in PARAMETERS.items():
        tool = tools[name]
        assert list(tool) == ["type", "name", "description", "strict", "parameters"]
        assert (tool["type"], tool["strict"], bool(tool["description"])) == ("function", False, True)
        expected = {"type": "object", "properties": properties, "additionalProperties": False}
        assert without_descriptions(tool["parameters"]) == expected | ({"required": required} if required else {})
        for names in property_lists(tool["parameters"]):
            assert names == sorted(names)


async def test_a_patch_in_free_text_comes_with_its_grammar(tmp_path: Path) -> None:
    request = await first_request(tmp_path / "w", model="gpt-5-codex")
    (tool,) = [tool for tool in request["tools"] if tool.get("name") == "apply_patch"]
    assert list(tool) == ["type", "name", "description", "format"]
    assert (tool["format"]["type"], tool["format"]["syntax"]) == ("grammar", "lark")
    markers = ["Begin Patch", "End Patch", "Add File: ", "Delete File: ", "Update File: ", "Move to: ", "End of File"]
    for marker in markers:
        assert f'"*** {marker}"' in tool["format"]["definition"]


# --- calls of what is not offered -----------------------------------------------------------------


async def test_only_the_shell_answers_without_being_offered(tmp_path: Path) -> None:
    names = ["apply_patch", "grep_files", "read_file", "list_dir", "test_sync_tool", "exec_command", "write_stdin"]
    calls = [call(name, {}, f"c{number}") for number, name in enumerate([*names, "view_image"])]
    settings: Json = {"model": "gpt-5", "features": {"view_image_tool": False}}
    got = await outputs(tmp_path / "w", *calls, freeform("apply_patch", "x", "c9"), **settings)
    assert got == [
        *(f"unsupported call: {name}" for name in [*names, "view_image"]),
        "unsupported custom tool call: apply_patch",
    ]


@pytest.mark.parametrize("name", ["update_plan", "view_image", "read_file", "list_mcp_resources"])
async def test_free_text_for_a_tool_that_takes_json_ends_the_turn(tmp_path: Path, name: str) -> None:
    calls = [answer(freeform(name, "x")), says("fine")]
    async with conversation(tmp_path / "w", calls, model="codex-exp-1") as talk:
        turn = await talk.user("go")
    assert turn.one("error")["message"] == f"Fatal error: tool {name} invoked with incompatible payload"


async def test_a_patch_is_taken_in_either_form(tmp_path: Path) -> None:
    text = "*** Begin Patch\n*** Add File: {}\n+hi\n*** End Patch"
    as_json = call("apply_patch", {"input": text.format("one")}, "c1")
    (shown,) = await outputs(tmp_path / "w", as_json, model="gpt-5-codex")
    assert shown.endswith("Success. Updated the following files:\nA one\n")
    (shown,) = await outputs(tmp_path / "w", freeform("apply_patch", text.format("two")), model="gpt-oss:20b")
    assert shown.startswith('{"output":"Success.')


# --- side by side -----------------------------------------------------------------------------


def meeting(name: Path, call_id: str, timeout_ms: int = 10_000) -> Json:
    barrier = {"id": str(name), "participants": 2, "timeout_ms": timeout_ms}
    return call("test_sync_tool", {"barrier": barrier}, call_id)


async def test_tools_that_only_read_stand_in_nobody_s_way(tmp_path: Path) -> None:
    """If one of them ran alone, the two that are to meet around it never would."""
    workspace = tmp_path / "w"
    between = [
        call("read_file", {"file_path": "/nowhere"}, "c2"),
        call("list_dir", {"dir_path": "/nowhere"}, "c3"),
        call("grep_files", {"pattern": ""}, "c4"),
        call("view_image", {"path": "nowhere"}, "c5"),
        call("list_mcp_resources", {}, "c6"),
        call("list_mcp_resource_templates", {}, "c7"),
        call("read_mcp_resource", {"server": "", "uri": ""}, "c8"),
    ]
    calls = [meeting(tmp_path, "c1"), *between, meeting(tmp_path, "c9")]
    got = await outputs(workspace, *calls, model="test-gpt-5-codex")
    assert (len(got), got[0], got[-1]) == (9, "ok", "ok")


@pytest.mark.parametrize(
    "alone",
    [
        call("update_plan", {"plan": []}, "c2"),
        shell(["true"], "c2"),
        shell(["true"], "c2") | {"name": "container.exec"},
        call("nope", {}, "c2"),
    ],
    ids=lambda item: str(item["name"]),
)
async def test_tools_that_act_run_alone(tmp_path: Path, alone: Json) -> None:
    calls = [meeting(tmp_path, "c1", 20), alone, meeting(tmp_path, "c3", 20)]
    first, _, last = await outputs(tmp_path / "w", *calls, model="test-gpt-5-codex")
    assert first == last == "test_sync_tool barrier wait timed out"


async def test_a_reader_does_not_overtake_a_command_that_waits(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    look = call("list_dir", {"dir_path": str(workspace)}, "c3")
    calls = [meeting(tmp_path, "c1", 20), shell("touch made", "c2"), look]
    got = await outputs(workspace, *calls, model="test-gpt-5-codex")
    assert got[2] == f"Absolute path: {workspace}\nmade"
