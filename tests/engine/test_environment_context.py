"""What the model is told about where it works, at first and when it changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from story import answer, conversation, says, shell, texts

from octavo.protocol import ops
from octavo.protocol.policy import DangerFullAccess, ReadOnly, WorkspaceWrite


async def test_the_first_description_is_whole(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    settings: dict[str, Any] = {"sandbox_workspace_write": {"writable_roots": ["/srv/x"], "network_access": True}}
    async with conversation(workspace, [says("a")], approval_policy="on-request", **settings) as talk:
        await talk.user("go")
        assert texts(talk.input())[0] == (
            "<environment_context>\n"
            f"  <cwd>{workspace}</cwd>\n"
            "  <approval_policy>on-request</approval_policy>\n"
            "  <sandbox_mode>workspace-write</sandbox_mode>\n"
            "  <network_access>enabled</network_access>\n"
            "  <writable_roots>\n"
            "    <root>/srv/x</root>\n"
            "  </writable_roots>\n"
            "  <shell>bash</shell>\n"
            "</environment_context>"
        )


async def test_developer_instructions_come_first_then_those_of_the_user(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "AGENTS.md").write_text("be nice\n")
    async with conversation(workspace, [says("a")], developer_instructions="dev") as talk:
        turn = await talk.user("go")
        assert [item["role"] for item in talk.input()] == ["developer", "user", "user", "user"]
        assert texts(talk.input())[:2] == ["dev", "<user_instructions>\n\nbe nice\n\n\n</user_instructions>"]
        assert talk.saved[0]["payload"]["instructions"] == "be nice\n"
    assert {event["id"] for event in turn[1:4]} == {"auto-compact-0"}


async def test_the_first_turn_says_nothing_of_changes(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a")]) as talk:
        turn = await talk.user_turn("go", cwd=tmp_path)
    assert texts(turn.items)[1:] == ["go", "a"]


async def test_a_change_is_told_before_the_turn_begins(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as talk:
        await talk.user("go")
        turn = await talk.user_turn("on", cwd=tmp_path, approval="untrusted", sandbox=ReadOnly())
    assert [event["msg"]["type"] for event in turn][:2] == ["raw_response_item", "task_started"]
    assert texts(turn.items)[0] == (
        "<environment_context>\n"
        f"  <cwd>{tmp_path}</cwd>\n"
        "  <approval_policy>untrusted</approval_policy>\n"
        "  <sandbox_mode>read-only</sandbox_mode>\n"
        "  <network_access>restricted</network_access>\n"
        "</environment_context>"
    )
    assert texts(turn.items)[1] == "on"


async def test_full_access_alone_is_told_without_the_rest(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as talk:
        await talk.user("go")
        await talk.submit(ops.OverrideTurnContext(sandbox_policy=DangerFullAccess()))
        turn = await talk.user("on")
    assert texts(turn.items)[0] == (
        "<environment_context>\n"
        "  <sandbox_mode>danger-full-access</sandbox_mode>\n"
        "  <network_access>enabled</network_access>\n"
        "</environment_context>"
    )


async def test_another_model_or_temporary_folder_is_not_worth_a_word(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b"), says("c")]) as talk:
        await talk.user("go")
        await talk.submit(ops.OverrideTurnContext(model="gpt-5", effort="high"))
        second = await talk.user("on")
        await talk.submit(ops.OverrideTurnContext(sandbox_policy=WorkspaceWrite(exclude_slash_tmp=True)))
        third = await talk.user("more")
        assert talk.requests[1]["reasoning"]["effort"] == "high"
    assert texts(second.items) == ["on", "b"]
    assert texts(third.items) == ["more", "c"]


async def test_an_effort_is_kept_unless_it_is_given_or_cleared(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says(text) for text in "abc"], model_reasoning_effort="low") as talk:
        for effort in ({}, {"effort": "high"}, {"effort": None}):
            await talk.submit(ops.OverrideTurnContext(**effort))
            await talk.user("go")
        efforts = [request["reasoning"].get("effort") for request in talk.requests]
    assert efforts == ["low", "high", None]


async def test_a_command_of_the_user_counts_as_a_turn_for_what_is_told(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a")]) as talk:
        await talk.rest_of(await talk.submit(ops.RunUserShellCommand("true")))
        turn = await talk.user_turn("go", cwd=tmp_path, sandbox=WorkspaceWrite())
    assert texts(turn.items)[0] == f"<environment_context>\n  <cwd>{tmp_path}</cwd>\n</environment_context>"


async def test_a_turn_that_runs_keeps_its_settings(tmp_path: Path) -> None:
    workspace, other = tmp_path / "w", tmp_path / "other"
    other.mkdir()
    script = [answer(shell("pwd; read line < gate", "c1")), answer(shell("pwd", "c2")), says("done")]
    workspace.mkdir()
    os.mkfifo(workspace / "gate")
    async with conversation(workspace, script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.submit(ops.OverrideTurnContext(cwd=str(other)))
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        (workspace / "gate").write_text("go\n")
        turn = await talk.rest_of(turn_id)
    assert {payload["stdout"] for payload in turn.all("exec_command_end")} == {f"{workspace}\n"}
