"""What may not be read is not read: by commands in any mode, by tools, by patches; and the rule is named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from story import Told, answer, call, conversation, patch, says, shell

from octavo.errors import ConfigError

SECRET = "the-secret-itself"
MODES = ["read-only", "workspace-write", "danger-full-access"]
READERS = "test-gpt-5-codex"
"""A model that is offered the reading tools."""


def can_hide() -> bool:
    from octavo.sandbox.capabilities import capabilities

    return capabilities().namespace != "none"


needs_view = pytest.mark.skipif(not can_hide(), reason="needs a mount namespace")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    (folder / "deep").mkdir(parents=True)
    for path in (".env", "deep/.env"):
        (folder / path).write_text(SECRET)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "key").write_text(SECRET)
    (folder / "plain").write_text("plain text")
    return folder


async def run(workspace: Path, said: Any, mode: str = "workspace-write", **settings: Any) -> tuple[str, Told]:
    settings.setdefault("deny_read", [".env", "secrets/"])
    replies = [answer(said), says("done")]
    async with conversation(workspace, replies, sandbox_mode=mode, **settings) as talk:
        turn = await talk.user("go")
        outputs = [item["output"] for item in talk.input() if item["type"].endswith("call_output")]
    return str(outputs[0]), turn


ESCAPES = [
    "cat .env",
    "cat ./deep/../deep/.env",
    "cp .env copy; cat copy",
    "ln .env hard && cat hard",
    "ln -s .env soft; cat soft",
    "mv .env other; cat other",
    "mv deep moved; cat moved/.env",
    "cat secrets/key",
    "mv secrets open; cat open/key",
    "umount .env; umount -l .env; umount secrets; cat .env secrets/key",
    "unshare -rm sh -c 'umount .env; umount -l secrets; cat .env secrets/key'",
    "cat /proc/self/root/$PWD/.env; cat /proc/$PPID/root/$PWD/.env; cat /proc/1/root/$PWD/.env",
    "cat /proc/self/cwd/.env; for p in /proc/[0-9]*; do cat $p/cwd/.env; done",
    "nsenter -t 1 -m cat $PWD/.env; nsenter -t $PPID -m cat $PWD/.env",
    "tar cf - . | grep -ao the-secret-i.self",
    "python3 -c \"import os; fd = os.open('.', 0); print(os.read(os.open('.env', 0, dir_fd=fd), 99))\"",
    "mkdir m && mount --bind . m && cat m/.env",
]


@needs_view
@pytest.mark.parametrize("script", ESCAPES)
@pytest.mark.parametrize("mode", MODES)
async def test_no_command_reads_it(workspace: Path, mode: str, script: str) -> None:
    output, turn = await run(workspace, shell(f"({script}) 2>&1; cat plain"), mode)
    assert SECRET not in output
    assert "plain text" in output
    assert SECRET not in str(turn)


@needs_view
@pytest.mark.parametrize("mode", MODES)
async def test_disks_are_not_read_past_the_files(workspace: Path, mode: str) -> None:
    script = "for one in /dev/*; do test -b $one && head -c 1 $one > /dev/null && echo read $one; done; echo end"
    output, _ = await run(workspace, shell(script), mode)
    assert "end" in output
    assert "read /dev" not in output


@needs_view
@pytest.mark.parametrize("mode", MODES)
async def test_the_denial_names_the_rule(workspace: Path, mode: str) -> None:
    output, turn = await run(workspace, shell("cat deep/.env"), mode)
    line = f"{workspace}/deep/.env may not be read: `.env` in `deny_read` keeps it from the model's commands and tools."
    assert line in output
    assert turn.one("background_event")["message"] == line


@needs_view
@pytest.mark.parametrize("mode", MODES)
async def test_the_users_own_files_stay_as_they_are(workspace: Path, mode: str) -> None:
    await run(workspace, shell("echo x > .env; rm -rf .env secrets; truncate -s 0 .env"), mode)
    assert (workspace / ".env").read_text() == SECRET
    assert (workspace / "secrets" / "key").read_text() == SECRET


async def test_a_command_that_ran_into_something_else_is_not_told_of_rules(workspace: Path) -> None:
    _, turn = await run(workspace, shell("cat not-there"))
    assert not [one for one in turn.all("background_event") if "deny_read" in one["message"]]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("read_file", {"file_path": "{w}/.env"}),
        ("read_file", {"file_path": "{w}/secrets/key"}),
        ("list_dir", {"dir_path": "{w}/secrets"}),
        ("grep_files", {"pattern": "secret", "path": "{w}/deep/.env"}),
        ("view_image", {"path": "{w}/.env"}),
    ],
)
async def test_no_tool_reads_it(workspace: Path, tool: str, arguments: dict[str, str]) -> None:
    filled = {name: value.replace("{w}", str(workspace)) for name, value in arguments.items()}
    output, turn = await run(workspace, call(tool, filled), model=READERS)
    assert "may not be read: " in output
    assert SECRET not in str(turn)


async def test_searches_do_not_name_it(workspace: Path) -> None:
    (workspace / "other").write_text(SECRET)
    output, _ = await run(workspace, call("grep_files", {"pattern": "secret"}), model=READERS)
    assert "other" in output
    assert ".env" not in output
    assert "secrets" not in output


async def test_listings_show_its_name_and_not_what_is_in_it(workspace: Path) -> None:
    output, _ = await run(workspace, call("list_dir", {"dir_path": str(workspace)}), model=READERS)
    assert "secrets/" in output
    assert "key" not in output


async def test_no_patch_changes_or_reveals_it(workspace: Path) -> None:
    text = "*** Update File: .env\n@@\n-the-secret\n+x"
    output, turn = await run(workspace, patch(text))
    assert "may not be read: `.env`" in output
    assert (workspace / ".env").read_text() == SECRET
    assert SECRET not in str(turn)


@needs_view
@pytest.mark.skipif(os.geteuid() != 0, reason="full access of an ordinary user keeps sudo instead")
@pytest.mark.parametrize("mode", MODES)
async def test_the_stored_login_is_kept_from_commands_without_any_rule(workspace: Path, mode: str) -> None:
    login = workspace.parent / "w-home" / "auth.json"
    login.parent.mkdir()
    login.write_text(SECRET)
    output, _ = await run(workspace, shell(f"cat {login}"), mode, deny_read=[])
    assert SECRET not in output
    assert f"{login} may not be read: the stored login is kept from" in output
    assert login.read_text() == SECRET


@needs_view
async def test_a_terminal_of_the_model_does_not_read_it_either(workspace: Path) -> None:
    said = call("exec_command", {"cmd": "cat .env; cat deep/.env"})
    output, turn = await run(workspace, said, features={"unified_exec": True})
    assert SECRET not in output
    assert f"{workspace}/.env may not be read: `.env` in `deny_read`" in output
    assert SECRET not in str(turn)


@needs_view
async def test_nobody_is_asked_to_lift_the_sandbox_for_it(workspace: Path) -> None:
    output, turn = await run(workspace, shell("cat .env"), approval_policy="on-failure")
    assert "may not be read" in output
    assert "exec_approval_request" not in turn.kinds()


@needs_view
async def test_a_file_that_comes_later_is_hidden_from_the_next_command(workspace: Path) -> None:
    replies = [answer(shell("echo new > late.env; cat late.env")), answer(shell("cat late.env", "c2")), says("done")]
    async with conversation(workspace, replies, deny_read=["*.env"]) as talk:
        await talk.user("go")
        first, second = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    assert "Output:\nnew" in first
    assert "late.env: Permission denied" in second


@needs_view
@pytest.mark.parametrize("mode", ["workspace-write", "danger-full-access"])
async def test_a_folder_on_the_way_cannot_be_moved_to_where_no_rule_holds(workspace: Path, mode: str) -> None:
    (workspace / "far" / "in").mkdir(parents=True)
    (workspace / "far" / "in" / "key").write_text(SECRET)
    (workspace / "far" / "in" / "other").write_text("plain text")
    move = f"mv far/in a; mv far b; mv far/in {workspace.parent}/c; mv {workspace} {workspace.parent}/d"
    look = f"cat a/key b/in/key {workspace.parent}/c/key {workspace.parent}/d/far/in/key; cat far/in/*"
    work = "mv far/in/other far/in/renamed; cat far/in/renamed"
    replies = [answer(shell(script, f"c{at}")) for at, script in enumerate((move, look, work))] + [says("done")]
    async with conversation(workspace, replies, sandbox_mode=mode, deny_read=["far/in/key"]) as talk:
        await talk.user("go")
        outputs = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    assert SECRET not in str(outputs)
    assert "plain text" in outputs[-1]


@needs_view
async def test_a_rule_holds_through_a_folder_that_is_a_link(workspace: Path) -> None:
    (workspace / "real").mkdir()
    (workspace / "real" / "key").write_text(SECRET)
    (workspace / "config").symlink_to("real")
    output, _ = await run(workspace, shell("cat config/key real/key"), deny_read=["config/key"])
    assert SECRET not in output


async def test_a_rule_that_is_none_ends_the_start(workspace: Path) -> None:
    with pytest.raises(ConfigError, match="`a//b` in `deny_read` names no path"):
        await run(workspace, shell("true"), deny_read=["a//b"])
