"""Hook programs of the user: what they are told, what they may stop, and whose they are."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from story import Json, after_context, answer, call, conversation, patch, says, shell

from octavo.tools.user_hooks.definitions import read_hooks, set_trust


def hooks_file(folder: Path, **events: str | tuple[str, str]) -> None:
    """A hooks.json: for each event a command, or a matcher and a command."""
    folder.mkdir(parents=True, exist_ok=True)
    table = {}
    for event, hook in events.items():
        matcher, command = hook if isinstance(hook, tuple) else (None, hook)
        table[event] = [{"matcher": matcher, "hooks": [{"type": "command", "command": command, "timeout": 20}]}]
    (folder / "hooks.json").write_text(json.dumps({"hooks": table}))


def noting(folder: Path, then: str = "") -> str:
    """A command that keeps what it is told, a line a time."""
    return f"tee -a {folder}/told >/dev/null; echo >> {folder}/told; {then}"


def told(folder: Path) -> list[Json]:
    return [json.loads(line) for line in (folder / "told").read_text().splitlines()]


def replying(reply: Mapping[str, Any]) -> str:
    return f"cat >/dev/null; echo '{json.dumps(reply)}'"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def test_each_event_is_told_with_its_facts(tmp_path: Path, home: Path) -> None:
    note = noting(tmp_path)
    hooks_file(home, SessionStart=note, UserPromptSubmit=note, PreToolUse=("^Bash$", note), PostToolUse=note, Stop=note)
    script = [answer(shell(["bash", "-lc", "echo hi"])), says("done")]
    async with conversation(tmp_path / "w", script, home=home) as talk:
        await talk.user("go")
        path, session = talk.path, talk.conversation.id
    start, prompt, before, after, end = told(tmp_path)
    assert [one["hook_event_name"] for one in told(tmp_path)] == [
        "SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop",
    ]  # fmt: skip
    for one in told(tmp_path):
        assert (one["session_id"], one["transcript_path"], one["cwd"]) == (session, path, str(tmp_path / "w"))
        assert (one["model"], one["permission_mode"]) == ("gpt-5-codex", "bypassPermissions")
    assert (start["source"], prompt["prompt"]) == ("startup", "go")
    assert (before["tool_name"], before["tool_input"], before["tool_use_id"]) == ("Bash", {"command": "echo hi"}, "c1")
    assert '"output":"hi\\n"' in after["tool_response"]
    assert (end["last_assistant_message"], end["stop_hook_active"]) == ("done", False)


async def test_what_is_said_while_a_turn_ends_is_not_lost(tmp_path: Path, home: Path) -> None:
    pipe, ends = tmp_path / "pipe", asyncio.Event()
    os.mkfifo(pipe)
    hooks_file(home, UserPromptSubmit=noting(tmp_path, f"cat {pipe}"))
    async with conversation(tmp_path / "w", [answer(ends), says("later")], home=home) as talk:
        first = await talk.say("one")
        await asyncio.to_thread(pipe.write_text, "")
        await talk.until("task_started")
        second = await talk.say("two")
        writer = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)  # the hook is asked now
        ends.set()
        await talk.rest_of(first)
        os.close(writer)
        assert (await talk.rest_of(second)).one("task_complete")["last_agent_message"] == "later"
        assert after_context(talk.input())[-1] == "two"
    assert [one["prompt"] for one in told(tmp_path)] == ["one", "two"]


async def test_a_folder_whose_name_is_not_utf_8_is_told_and_ends_no_turn(tmp_path: Path, home: Path) -> None:
    hooks_file(home, SessionStart=noting(tmp_path))
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    async with conversation(folder, [says("done")], home=home, notify=["true"]) as talk:
        seen = await talk.user("go")
        assert seen.kinds()[-1] == "task_complete"
    assert [one["cwd"] for one in told(tmp_path)] == [f"{tmp_path}/caf\ufffd"]


async def test_exit_2_stops_a_call_and_the_model_reads_why(tmp_path: Path, home: Path) -> None:
    hooks_file(home, PreToolUse=("Bash", "cat >/dev/null; echo 'not today' >&2; exit 2"))
    async with conversation(tmp_path / "w", [answer(shell("touch made")), says("done")], home=home) as talk:
        await talk.user("go")
        assert talk.input()[-1]["output"] == "the call was stopped by a hook: not today"
    assert not (tmp_path / "w" / "made").exists()


@pytest.mark.parametrize(
    "reply",
    [
        {"decision": "block", "reason": "no"},
        {"hookSpecificOutput": {"permissionDecision": "deny", "permissionDecisionReason": "no"}},
        {"continue": False, "stopReason": "no"},
    ],
)
async def test_json_stops_a_patch(tmp_path: Path, home: Path, reply: Json) -> None:
    hooks_file(home, PreToolUse=("Edit|Write", replying(reply)))
    script = [answer(patch("*** Add File: made\n+x")), says("done")]
    async with conversation(tmp_path / "w", script, home=home) as talk:
        await talk.user("go")
        assert "stopped by a hook: no" in talk.input()[-1]["output"]
    assert not (tmp_path / "w" / "made").exists()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("exit 1", "exit code 1"),
        ("echo broken >&2; exit 3", "exit code 3: broken"),
        ("/no/such/program", "exit code 127"),
        ("sleep 1000", "it took longer than 1 seconds"),
    ],
)
async def test_a_hook_that_fails_is_told_and_stops_nothing(tmp_path: Path, home: Path, command: str, why: str) -> None:
    hooks = {"PreToolUse": [{"hooks": [{"type": "command", "command": command, "timeout": 1}]}]}
    script = [answer(shell("touch made")), says("done")]
    async with conversation(tmp_path / "w", script, home=home, hooks=hooks) as talk:
        turn = await talk.user("go")
        assert why in turn.one("warning")["message"]
    assert (tmp_path / "w" / "made").exists()


async def test_a_prompt_may_be_stopped_or_added_to(tmp_path: Path, home: Path) -> None:
    stop = "grep -q secret && { echo 'no secrets' >&2; exit 2; }; echo 'be brief'"
    hooks_file(home, UserPromptSubmit=stop, SessionStart="cat >/dev/null; echo 'it is Monday'")
    async with conversation(tmp_path / "w", [says("one"), says("two")], home=home) as talk:
        turn = await talk.user("the secret is x")
        assert turn.one("error")["message"] == "stopped by a hook: no secrets"
        assert talk.requests == []
        await talk.user("hello")
        assert after_context(talk.input()) == ["hello", "it is Monday", "be brief"]


async def test_a_stop_hook_keeps_the_turn_going(tmp_path: Path, home: Path) -> None:
    command = f"[ -e {tmp_path}/done ] && exit 0; touch {tmp_path}/done; echo 'run the tests' >&2; exit 2"
    hooks_file(home, Stop=command)
    async with conversation(tmp_path / "w", [says("one"), says("two")], home=home) as talk:
        turn = await talk.user("go")
        assert turn.one("task_complete")["last_agent_message"] == "two"
        assert after_context(talk.input())[-2:] == ["one", "run the tests"]


async def test_a_stop_hook_cannot_keep_it_going_for_ever(tmp_path: Path, home: Path) -> None:
    hooks_file(home, Stop="echo more >&2; exit 2")
    async with conversation(tmp_path / "w", [says(str(n)) for n in range(30)], home=home) as talk:
        turn = await talk.user("go")
        assert "kept the turn going 20 times" in turn.one("warning")["message"]
        assert len(talk.requests) == 21


async def test_words_behind_an_output_reach_the_model_and_the_user(tmp_path: Path, home: Path) -> None:
    reply = {"systemMessage": "seen", "hookSpecificOutput": {"additionalContext": "mind the gap"}}
    hooks_file(home, PostToolUse=replying(reply))
    async with conversation(tmp_path / "w", [answer(shell("true")), says("done")], home=home) as talk:
        turn = await talk.user("go")
        assert turn.one("warning")["message"] == "seen"
        assert after_context(talk.input())[-1] == "mind the gap"


async def test_other_tools_are_known_by_their_names(tmp_path: Path, home: Path) -> None:
    hooks_file(home, PreToolUse=("update_plan", noting(tmp_path)))
    plan = call("update_plan", {"plan": [{"step": "a", "status": "pending"}]})
    async with conversation(tmp_path / "w", [answer(plan, shell("true", "c2")), says("done")], home=home) as talk:
        await talk.user("go")
    (one,) = told(tmp_path)
    assert (one["tool_name"], one["tool_input"]) == ("update_plan", {"plan": [{"step": "a", "status": "pending"}]})


async def test_what_is_no_hook_is_told(tmp_path: Path, home: Path) -> None:
    home.mkdir()
    table = {
        "PreToolUse": [
            {"hooks": [{"type": "prompt", "prompt": "x"}, {"command": 1}, {"command": "x", "timeout": -1}]},
            {"matcher": "(", "hooks": [{"command": "x"}]},
            "x",
        ],
        "Notification": [],
        "state": {},
    }
    (home / "hooks.json").write_text(json.dumps({"hooks": table}))
    async with conversation(tmp_path / "w", [says("done")], home=home) as talk:
        await talk.user("go")
        warnings = [one["msg"]["message"] for one in talk.told if one["msg"]["type"] == "warning"]
    assert len(warnings) == 6
    assert "hooks for Notification are not run here" in "".join(warnings)
    for text in ("{", "[" * 100_000):
        (home / "hooks.json").write_text(text)
        assert "cannot be read" in read_hooks(str(home), {}, ()).problems[0]
    for matcher in ("(" * 3000 + ")" * 3000, "a{99999999999}"):
        hooks_file(home, PreToolUse=(matcher, "true"))
        assert "no regular expression" in read_hooks(str(home), {}, ()).problems[0]


async def test_a_guard_sees_the_command_that_runs_however_it_is_told(tmp_path: Path, home: Path) -> None:
    """Words of another tool beside it, more than a pipe holds, or an answer that nobody can read change nothing."""
    guard = 'case "$(cat)" in *forbidden*) echo no >&2; exit 2;; esac; exit 0'
    hooks_file(home, PreToolUse=("^Bash$", guard))
    both = call("exec_command", {"cmd": "touch made; : forbidden", "command": ["true"]}, "c1")
    other = call("exec_command", {"cmd": "made", "shell": "/bin/forbidden"}, "c3")
    script = [answer(both, shell("touch made; : forbidden", "c2", cmd="true"), other), says("done")]
    async with conversation(tmp_path / "w", script, home=home, features={"unified_exec": True}) as talk:
        await talk.user("go")
        outputs = [str(one["output"]) for one in talk.input() if one["type"] == "function_call_output"]
    assert ["stopped by a hook: no" in one for one in outputs] == [True] * 3, outputs
    hooks_file(home, PreToolUse="echo no >&2; exit 2")
    script = [answer(shell(f"touch made; : {'x' * 100_000}")), says("done")]
    async with conversation(tmp_path / "w", script, home=home) as talk:
        await talk.user("go")
        assert "stopped by a hook: no" in talk.input()[-1]["output"]
    assert not (tmp_path / "w" / "made").exists()


async def test_what_is_nested_very_deeply_ends_nothing(tmp_path: Path, home: Path) -> None:
    deep = "[" * 100_000
    hooks_file(home, UserPromptSubmit="head -c 60000 /dev/zero | tr '\\0' '['", PreToolUse="true")
    broken = {"type": "function_call", "name": "shell", "arguments": deep, "call_id": "c1"}
    async with conversation(tmp_path / "w", [answer(broken), says("done")], home=home) as talk:
        turn = await talk.user("go")
        assert turn.one("task_complete")["last_agent_message"] == "done"


# --- hooks of projects ---------------------------------------------------------------------


def trusting(workspace: Path) -> dict[str, Any]:
    return {"projects": {str(workspace): {"trust_level": "trusted"}}}


async def marked(workspace: Path, home: Path, mark: Path, **settings: Any) -> tuple[bool, str]:
    """Whether the hook of the project ran in a turn, and the warnings."""
    mark.unlink(missing_ok=True)
    async with conversation(workspace, [answer(shell("true")), says("done")], home=home, **settings) as talk:
        await talk.user("go")
        warnings = "\n".join(one["msg"]["message"] for one in talk.told if one["msg"]["type"] == "warning")
    return mark.exists(), warnings


async def test_a_hook_of_a_project_runs_when_it_was_trusted_as_it_is(tmp_path: Path, home: Path) -> None:
    workspace, mark = tmp_path / "w", tmp_path / "w" / "ran"
    hooks_file(workspace / ".codex", PreToolUse=f"touch {mark}")
    assert await marked(workspace, home, mark) == (False, "")
    ran, warnings = await marked(workspace, home, mark, **trusting(workspace))
    assert (ran, "do not run until you trust them: 1" in warnings) == (False, True)
    (hook,) = read_hooks(str(home), {}, [str(workspace)]).untrusted
    set_trust(str(home), hook.id, trusted=True)
    assert await marked(workspace, home, mark, **trusting(workspace)) == (True, "")
    assert (await marked(workspace, home, mark))[0] is False  # the project itself is not trusted
    hooks_file(workspace / ".codex", PreToolUse=f"touch {mark}; true")
    assert (await marked(workspace, home, mark, **trusting(workspace)))[0] is False


async def test_a_hook_of_a_project_is_as_confined_as_the_turn_and_one_of_the_user_as_they_say(
    tmp_path: Path, home: Path, outside: Path
) -> None:
    workspace, mark = tmp_path / "w", outside / "ran"
    hooks_file(workspace / ".codex", PreToolUse=f"touch {mark}")
    for hook in read_hooks(str(home), {}, [str(workspace)]).untrusted:
        set_trust(str(home), hook.id, trusted=True)
    assert (await marked(workspace, home, mark, **trusting(workspace)))[0] is False
    own = {"PreToolUse": [{"hooks": [{"command": f"touch {mark}"}]}]}
    (workspace / ".codex" / "hooks.json").unlink()
    assert (await marked(workspace, home, mark, hooks=own))[0] is True
    assert (await marked(workspace, home, mark, hooks=own, hooks_sandbox_mode="read-only"))[0] is False


async def test_commands_and_patches_can_write_neither_hooks_nor_trust(tmp_path: Path) -> None:
    workspace, home = tmp_path / "w", tmp_path / "w" / "home"
    hooks_file(home, Stop="true")
    hooks_file(workspace / ".codex", Stop="true")
    set_trust(str(home), "0" * 16, trusted=True)
    files = [home / "hooks.json", home / "hooks-trust.json", workspace / ".codex" / "hooks.json"]
    before = [file.read_bytes() for file in files]
    tries = [f"echo x >> {file}" for file in files]
    tries += ["rm -r home", "mv .codex old", "rm home/hooks-trust.json", "mv home x && mkdir home", "rm -r .codex"]
    calls = [answer(shell(line, f"c{number}")) for number, line in enumerate(tries)]
    edit = patch("*** Update File: home/hooks-trust.json\n@@\n-{\n+{", "p")
    script = [*calls, answer(edit), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="never", **trusting(workspace)) as talk:
        turn = await talk.user("go")
        assert [end["exit_code"] == 0 for end in turn.all("exec_command_end")] == [False] * len(tries)
    assert [file.read_bytes() for file in files] == before


async def test_a_program_that_a_command_put_on_the_path_is_not_run_by_a_hook(tmp_path: Path, home: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "bin").mkdir(parents=True)
    (workspace / "bin" / "mine").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (workspace / "bin" / "mine").chmod(0o755)
    hooks_file(home, Stop="mine")
    environ = {"PATH": f"{workspace}/bin:/usr/bin:/bin"}
    async with conversation(workspace, [says("done")], home=home, environ=environ) as talk:
        turn = await talk.user("go")
        assert "exit code 127" in turn.one("warning")["message"]
    assert not (tmp_path / "ran").exists()
