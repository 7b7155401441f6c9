"""Questions of front ends that have nothing to do with a turn, commands that the user typed, and the notification."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from story import NOON, Talk, after_context, answer, conversation, fails, message, says, shell

from octavo.engine.custom_prompts import split_front_matter
from octavo.engine.user_shell import command_line
from octavo.protocol import ops


async def test_the_message_history_is_shared_and_can_be_asked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with conversation(tmp_path / "w", home=home) as talk:
        await talk.submit(ops.AddToHistory("remember me"))
        await talk.shut_down()
        writer = talk.conversation.id
    async with conversation(tmp_path / "w", home=home) as talk:
        configured = await talk.until("session_configured")
        assert configured["history_entry_count"] == 1
        log = configured["history_log_id"]
        assert log == os.stat(home / "history.jsonl").st_ino
        asked = ops.GetHistoryEntryRequest(0, log)
        found = await talk.reply(asked, "get_history_entry_response")
        missing = await talk.reply(ops.GetHistoryEntryRequest(7, log), "get_history_entry_response")
        foreign = await talk.reply(ops.GetHistoryEntryRequest(0, log + 1), "get_history_entry_response")
    assert found["entry"] == {"conversation_id": writer, "ts": int(NOON), "text": "remember me"}
    assert "entry" not in missing
    assert "entry" not in foreign


async def test_a_user_who_wants_no_history_gets_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with conversation(tmp_path / "w", home=home, history={"persistence": "none"}) as talk:
        await talk.submit(ops.AddToHistory("forget me"))
        await talk.shut_down()
    assert not (home / "history.jsonl").exists()


async def test_custom_prompts_come_by_name_with_their_facts(tmp_path: Path) -> None:
    prompts = tmp_path / "home" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "b.md").write_text('---\ndescription: "Do b"\nargument-hint: FILE\n---\nBody of $1\n')
    (prompts / "a.md").write_text("plain\n")
    (prompts / "c.txt").write_text("no prompt")
    (prompts / "d.md").write_bytes(b"\xff")
    (prompts / "e.md").mkdir()
    async with conversation(tmp_path / "w", home=tmp_path / "home") as talk:
        found = (await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response"))["custom_prompts"]
    assert found == [
        {
            "name": "a",
            "path": str(prompts / "a.md"),
            "content": "plain\n",
            "description": None,
            "argument_hint": None,
        },
        {
            "name": "b",
            "path": str(prompts / "b.md"),
            "content": "Body of $1\n",
            "description": "Do b",
            "argument_hint": "FILE",
        },
    ]


def test_front_matter_without_an_end_is_text() -> None:
    assert split_front_matter("---\na: b\n") == ({}, "---\na: b\n")


async def test_without_servers_there_are_no_mcp_tools(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        reply = await talk.reply(ops.ListMcpTools(), "mcp_list_tools_response")
    assert reply == {
        "type": "mcp_list_tools_response",
        "tools": {},
        "resources": {},
        "resource_templates": {},
        "auth_statuses": {},
    }


async def test_a_command_of_the_user_is_run_and_forgotten(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, [says("a")]) as talk:
        before = talk.saved
        turn = await talk.rest_of(await talk.submit(ops.RunUserShellCommand("pwd; exit 3")))
        assert turn.kinds("exec_command_output_delta", "session_configured") == [
            *["task_started", "exec_command_begin", "exec_command_end", "task_complete"]
        ]
        assert turn.one("exec_command_begin")["is_user_shell_command"] is True
        assert turn.one("exec_command_begin")["command"][1:] == ["-lc", "pwd; exit 3"]
        assert (turn.one("exec_command_end")["exit_code"], turn.one("exec_command_end")["stdout"]) == (
            3,
            f"{workspace}\n",
        )
        assert turn.one("task_complete")["last_agent_message"] is None
        assert talk.saved == before
        await talk.user("go")
        assert after_context(talk.input()) == ["go"]


async def test_a_command_of_the_user_replaces_a_running_turn(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("echo up; sleep 77"))]) as talk:
        await talk.say("go")
        await talk.until("exec_command_output_delta")
        turn = await talk.rest_of(await talk.submit(ops.RunUserShellCommand("true")))
    assert turn.one("turn_aborted")["reason"] == "replaced"


def test_without_a_known_shell_the_line_is_split_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    for shell_path, expected in (
        ("/usr/bin/zsh", ("/usr/bin/zsh", "-lc", "echo 'a b'")),
        ("/usr/bin/fish", ("echo", "a b")),
    ):
        entry = type("entry", (), {"pw_shell": shell_path})
        monkeypatch.setattr(pwd, "getpwuid", lambda uid, entry=entry: entry)
        assert command_line("echo 'a b'") == expected
    assert command_line("echo 'a b") == ("echo 'a b",)


# --- the notification program ------------------------------------------------------------------


def notifier(folder: Path) -> tuple[dict[str, Any], Path]:
    """Settings with a program that writes its last argument to a file, and that file."""
    told = folder / "told"
    os.mkfifo(told)
    return {"notify": ["sh", "-c", f'printf "%s" "$1" > {told}', "sh"]}, told


async def test_the_notification_tells_what_was_said(tmp_path: Path) -> None:
    settings, told = notifier(tmp_path)
    async with conversation(tmp_path / "w", [answer(shell("true")), says("done")], **settings) as talk:
        turn = await talk.user("go")
        facts = json.loads(told.read_text())
        assert list(facts.items()) == [
            ("type", "agent-turn-complete"),
            ("thread-id", talk.conversation.id),
            ("turn-id", "0"),
            ("cwd", str(tmp_path / "w")),
            ("input-messages", ["go"]),
            ("last-assistant-message", "done"),
        ]
    assert turn.kinds()[-1] == "task_complete"


async def test_only_a_turn_that_ended_well_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log"
    settings: dict[str, Any] = {"notify": ["sh", "-c", f'echo "$1" >> {log}', "sh"]}

    async def failed(talk: Talk) -> None:
        await talk.user("fail")

    async def summed_up(talk: Talk) -> None:
        await talk.rest_of(await talk.submit(ops.Compact()))

    async def typed(talk: Talk) -> None:
        await talk.rest_of(await talk.submit(ops.RunUserShellCommand("true")))

    script = [fails("model", "no"), says("S")]
    async with conversation(tmp_path / "w", script, **settings) as talk:
        for act in (failed, summed_up, typed):
            await act(talk)
        assert not talk.conversation._session._let_go
    assert not log.exists()


async def test_a_notification_program_that_is_missing_harms_nobody(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("done")], notify=["/nowhere/at/all"]) as talk:
        turn = await talk.user("go")
    assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_the_notification_program_outlives_the_conversation(tmp_path: Path) -> None:
    gate, told = tmp_path / "gate", tmp_path / "told"
    for path in (gate, told):
        os.mkfifo(path)
    settings: dict[str, Any] = {"notify": ["sh", "-c", f"read x < {gate}; echo $x > {told}", "sh"]}
    async with conversation(tmp_path / "w", [answer(message("done"))], **settings) as talk:
        await talk.user("go")
    gate.write_text("alive\n")
    assert told.read_text() == "alive\n"


@pytest.mark.parametrize("name", ["tell-me", "helper"])
async def test_neither_the_notification_program_nor_its_helpers_come_from_where_commands_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The one in the project is not even taken if there is no other."""
    workspace, tools = tmp_path / "w", tmp_path / "tools"
    for folder, text in ((workspace / "bin", f"touch {tmp_path}/trapped"), (tools, "helper; echo told > $TOLD")):
        folder.mkdir(parents=True)
        program = folder / (name if folder != tools else "tell-me")
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o700)
    if name == "tell-me":
        (tools / "tell-me").unlink()
    os.mkfifo(tmp_path / "told")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setenv("PATH", f"{workspace}/bin:{tools}:{os.environ['PATH']}")
    async with conversation(workspace / "sub", [says("done")], notify=["tell-me"], **roots(workspace)) as talk:
        await talk.user("go")
        if name == "helper":
            assert (tmp_path / "told").read_text() == "told\n"
        assert bool(talk.conversation._session._let_go) == (name == "helper")
    assert not (tmp_path / "trapped").exists()


def roots(*folders: Path) -> dict[str, Any]:
    """The setting that lets commands write there."""
    return {"sandbox_workspace_write": {"writable_roots": [str(folder) for folder in folders]}}


async def test_programs_that_ended_do_not_stay_zombies(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says(str(n)) for n in range(5)], notify=["true"]) as talk:
        for number in range(5):
            await talk.user(f"{number}")
            talk.conversation._session._let_go[-1].wait()
        assert len(talk.conversation._session._let_go) == 1
