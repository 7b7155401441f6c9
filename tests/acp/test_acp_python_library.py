"""The official client library in Python, as its users write it (`pip install agent-client-protocol`)."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import calls, deltas, patches, runs, says

acp = pytest.importorskip("acp", reason="agent-client-protocol is not installed (pip install agent-client-protocol)")
OCTAVO = str(Path(sys.executable).with_name("octavo"))
ASK = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"'


class Editor:
    """A client that allows everything, and keeps what it hears; the library reads each message in its type."""

    def __init__(self, option: str = "approved") -> None:
        self.option = option
        self.updates: list[Any] = []
        self.questions: list[Any] = []

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        self.updates.append(update)

    async def request_permission(self, options: Any, session_id: str, tool_call: Any, **_: Any) -> Any:
        self.questions.append((tool_call, options))
        chosen = acp.schema.AllowedOutcome(option_id=self.option, outcome="selected")
        return acp.schema.RequestPermissionResponse(outcome=chosen)

    def heard(self) -> str:
        return "".join(one.content.text for one in self.updates if one.session_update == "agent_message_chunk")

    def kinds(self) -> list[str]:
        return [one.session_update for one in self.updates]


def agent(place: Place, client: Editor) -> Any:
    """The real agent, started by the library."""
    environ = {"CODEX_HOME": str(place.home), "HOME": str(place.root), "PATH": "/usr/bin:/bin"}
    return acp.spawn_agent_process(client, OCTAVO, "acp", env=environ, cwd=str(place.workspace))


async def test_a_session_from_the_handshake_to_the_end(place: Place) -> None:
    place.model(
        calls("update_plan", {"plan": [{"step": "look", "status": "in_progress"}]}),
        patches("*** Begin Patch\n*** Add File: n.txt\n+new\n*** End Patch"),
        runs("echo", "hi", call_id="c2"),
        deltas(["Do", "ne"]),
        top=ASK,
    )
    client = Editor()
    async with agent(place, client) as (connection, process):
        hello = await connection.initialize(protocol_version=acp.PROTOCOL_VERSION)
        assert hello.agent_info.name == "octavo"
        session = await connection.new_session(cwd=str(place.workspace), mcp_servers=[])
        result = await connection.prompt(session_id=session.session_id, prompt=[acp.text_block("go")])
        assert result.stop_reason == "end_turn"
        assert result.usage.total_tokens == 40
        listed = await connection.list_sessions(cwd=str(place.workspace))
        assert [one.title for one in listed.sessions] == ["go"]
    assert client.heard() == "Done"
    assert {"plan", "tool_call", "tool_call_update", "usage_update", "available_commands_update"} <= set(client.kinds())
    call, options = client.questions[0]
    assert call.content[0].new_text == "new\n"
    assert [option.kind for option in options] == ["allow_once", "allow_always", "reject_once"]
    assert (place.workspace / "n.txt").read_text() == "new\n"
    assert process.returncode == 0


async def test_a_saved_session_is_loaded_and_its_settings_change(place: Place) -> None:
    place.model(runs("echo", "hi"), says("One"), says("Two"))
    where = {"cwd": str(place.workspace), "mcp_servers": []}
    async with agent(place, Editor()) as (connection, _):
        await connection.initialize(protocol_version=1)
        session = (await connection.new_session(**where)).session_id
        await connection.prompt(session_id=session, prompt=[acp.text_block("first")])
    client = Editor()
    async with agent(place, client) as (connection, _):
        await connection.initialize(protocol_version=1)
        loaded = await connection.load_session(session_id=session, **where)
        assert loaded.modes.current_mode_id == "read-only"
        kinds = ["user_message_chunk", "tool_call", "tool_call_update", "agent_message_chunk"]
        assert client.kinds()[:4] == kinds
        await connection.set_session_mode(session_id=session, mode_id="auto")
        changed = await connection.set_config_option(session_id=session, config_id="model", value="gpt-5")
        assert [option.current_value for option in changed.config_options[:2]] == ["auto", "gpt-5"]
        result = await connection.prompt(session_id=session, prompt=[acp.text_block("second")])
        assert result.stop_reason == "end_turn"
    assert client.heard() == "OneTwo"


async def test_a_cancelled_prompt(place: Place) -> None:
    place.model(runs("sleep", "100"), top='approval_policy = "never"\nsandbox_mode = "danger-full-access"')

    class Impatient(Editor):
        """One that gives up at once."""

        connection: Any = None

        async def session_update(self, session_id: str, update: Any, **more: Any) -> None:
            await super().session_update(session_id, update, **more)
            if update.session_update == "tool_call":
                await self.connection.cancel(session_id=session_id)

    client = Impatient()
    async with agent(place, client) as (connection, _):
        client.connection = connection
        await connection.initialize(protocol_version=1)
        session = (await connection.new_session(cwd=str(place.workspace), mcp_servers=[])).session_id
        result = await connection.prompt(session_id=session, prompt=[acp.text_block("go")])
    assert result.stop_reason == "cancelled"


async def test_errors_come_as_the_librarys_own(place: Place) -> None:
    async with agent(place, Editor()) as (connection, _):
        await connection.initialize(protocol_version=1)
        with pytest.raises(acp.RequestError) as caught:
            await connection.new_session(cwd=str(place.workspace), mcp_servers=[])
        assert caught.value.code == -32000


class TerminalEditor(Editor):
    """A client with terminals, which runs what it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.running: dict[str, asyncio.subprocess.Process] = {}

    async def create_terminal(self, command: str, session_id: str, args: Any = None, **more: Any) -> Any:
        self.asked.append("create")
        environ = {"PATH": "/usr/bin:/bin", "EDITOR_SAYS": "hello", **{one.name: one.value for one in more["env"]}}
        self.running["t1"] = await asyncio.create_subprocess_exec(
            command, *args, cwd=more["cwd"], env=environ, stdout=asyncio.subprocess.PIPE
        )
        return acp.schema.CreateTerminalResponse(terminal_id="t1")

    async def wait_for_terminal_exit(self, session_id: str, terminal_id: str, **_: Any) -> Any:
        code = await self.running[terminal_id].wait()
        return acp.schema.WaitForTerminalExitResponse(exit_code=code if code >= 0 else None, signal="SIGKILL")

    async def terminal_output(self, session_id: str, terminal_id: str, **_: Any) -> Any:
        pipe = self.running[terminal_id].stdout
        assert pipe is not None
        return acp.schema.TerminalOutputResponse(output=(await pipe.read()).decode(), truncated=False)

    async def kill_terminal(self, session_id: str, terminal_id: str, **_: Any) -> None:
        self.asked.append("kill")
        self.running[terminal_id].kill()

    async def release_terminal(self, session_id: str, terminal_id: str, **_: Any) -> None:
        self.asked.append("release")


WITH_TERMINALS = acp.schema.ClientCapabilities(terminal=True)


async def test_a_command_without_a_sandbox_runs_in_a_terminal_of_the_client(place: Place) -> None:
    place.model(
        runs("sh", "-c", "echo $EDITOR_SAYS; exit 3"),
        runs("sh", "-c", "echo late; exec sleep 600", call_id="c2", timeout_ms=200),
        says("Done"),
        top='approval_policy = "never"\nsandbox_mode = "danger-full-access"\n[acp]\nclient_terminals = true',
    )
    client = TerminalEditor()
    async with agent(place, client) as (connection, _):
        await connection.initialize(protocol_version=1, client_capabilities=WITH_TERMINALS)
        session = await connection.new_session(cwd=str(place.workspace), mcp_servers=[])
        result = await connection.prompt(session_id=session.session_id, prompt=[acp.text_block("go")])
        assert result.stop_reason == "end_turn"
    assert client.asked == ["create", "release", "create", "kill", "release"]
    shown = [one for one in client.updates if one.session_update == "tool_call_update" and one.content]
    assert [one.content[0].terminal_id for one in shown] == ["t1", "t1"]
    ends = [one.raw_output for one in client.updates if getattr(one, "raw_output", None)]
    assert ends == [{"exit_code": 3}, {"exit_code": 124}]


@pytest.mark.parametrize("setting", ["false", "true"])
async def test_a_confined_command_never_runs_in_a_terminal_of_the_client(place: Place, setting: str) -> None:
    place.model(runs("touch", "made"), says("Done"), top=f"[acp]\nclient_terminals = {setting}")
    client = TerminalEditor()
    async with agent(place, client) as (connection, _):
        await connection.initialize(protocol_version=1, client_capabilities=WITH_TERMINALS)
        session = await connection.new_session(cwd=str(place.workspace), mcp_servers=[])
        await connection.prompt(session_id=session.session_id, prompt=[acp.text_block("go")])
    assert client.asked == []
    assert not (place.workspace / "made").exists()
