"""`command/exec`: commands of the client's own, confined like those of a model (`docs/app-server-v2.md`).

A command with a process id can be written to, resized and ended while it runs, and
ends with the connection. A client that reads slowly slows the command down.
"""

from __future__ import annotations

import base64
import binascii
import os

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.permissions import is_built_in, sandbox_mode_of
from octavo.engine.confinement import keep_programs_out
from octavo.errors import ConfigError
from octavo.frontends.app_server.hidden import hidden_from_client
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2.command_output import CommandOutput
from octavo.frontends.app_server.v2.policies import sandbox_policy
from octavo.frontends.app_server.v2.types.commands import (
    CommandExecParams,
    CommandExecResponse,
    CommandResizeParams,
    CommandTerminateParams,
    CommandWriteParams,
    TerminalSize,
)
from octavo.frontends.jsonrpc.errors import bad_params, failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.process.attended import Attended, InputClosed, InputFull, attend
from octavo.process.failures import CommandError, SpawnError
from octavo.process.terminal import COLUMNS, ROWS
from octavo.protocol.policy import SandboxPolicy
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import Unreadable, configured_sandbox

_TIMEOUT_MS = 10_000
_LONGEST_MS = 2**63 - 1
_BYTES_CAP = 1 << 20
_LARGEST_SIDE = 2**16 - 1


class ClientCommands:
    """The connection's commands while they run; those with a process id are found by it.

    With the connection end all of these, and those without a time limit, which nobody could end any more.
    """

    def __init__(self) -> None:
        self._unlimited: list[Attended] = []
        self._running: dict[str, tuple[Attended, CommandExecParams]] = {}

    def add(self, command: Attended, params: CommandExecParams) -> None:
        """It runs."""
        if params.process_id is not None:
            self._running[params.process_id] = (command, params)
        elif params.disable_timeout:
            self._unlimited.append(command)

    def remove(self, command: Attended, params: CommandExecParams) -> None:
        """It is over."""
        if params.process_id is not None:
            del self._running[params.process_id]
        elif params.disable_timeout:
            self._unlimited.remove(command)

    def is_known(self, process_id: str) -> bool:
        """Whether a command of this id runs."""
        return process_id in self._running

    def of(self, process_id: str) -> tuple[Attended, CommandExecParams]:
        """The command of this id, and how it was asked for. Raises `RequestError`."""
        if process_id not in self._running:
            raise refused(f'no active command/exec for process id "{process_id}"')
        return self._running[process_id]

    def kill_all(self) -> None:
        """The client is gone."""
        for command in (*self._unlimited, *(command for command, _ in self._running.values())):
            command.kill()


async def exec_command(server: Server, request_id: RequestId, params: CommandExecParams) -> None:
    """Start it; the answer comes when it has ended, and other requests are served meanwhile."""
    _check(params)
    policy = _policy(server, params)
    hidden = await hidden_from_client(server.config, policy)
    commands = _commands(server)
    process_id = params.process_id
    if process_id is not None and commands.is_known(process_id):
        raise refused(f'duplicate active command/exec process id: "{process_id}"')
    streams = bool(params.tty or params.stream_stdout_stderr)
    cap = _BYTES_CAP if params.output_bytes_cap is None else params.output_bytes_cap
    output = CommandOutput(server.peer, process_id if streams else None, None if params.disable_output_cap else cap)
    command = _started(server, params, policy, hidden, output)
    output.source = command
    commands.add(command, params)
    server.answer_later(request_id, _ended(commands, command, params, output))


async def write(server: Server, _: RequestId, params: CommandWriteParams) -> Empty:
    """Queue input for a command, its end, or both."""
    command, asked = _commands(server).of(params.process_id)
    if not (asked.tty or asked.stream_stdin):
        raise refused("stdin streaming is not enabled for this command/exec")
    if params.delta_base64 is None and not params.close_stdin:
        raise bad_params("command/exec/write requires deltaBase64 or closeStdin")
    try:
        data = base64.b64decode(params.delta_base64 or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_params(f"invalid deltaBase64: {error}") from None
    try:
        if params.delta_base64 is not None:
            command.write(data)
        if params.close_stdin:
            command.close_input()
    except InputClosed:
        raise refused("stdin is already closed") from None
    except InputFull:
        raise refused("too much input waits that the command has not read; send less at a time") from None
    return Empty()


async def resize(server: Server, _: RequestId, params: CommandResizeParams) -> Empty:
    """Give a command's terminal another size."""
    command, asked = _commands(server).of(params.process_id)
    _check_size(params.size)
    if not asked.tty:
        raise refused("failed to resize PTY: process is not attached to a PTY")
    command.resize(params.size.rows, params.size.cols)
    return Empty()


async def terminate(server: Server, _: RequestId, params: CommandTerminateParams) -> Empty:
    """End a command and all that it started; its own answer follows."""
    _commands(server).of(params.process_id)[0].kill()
    return Empty()


def _commands(server: Server) -> ClientCommands:
    commands = server.room(ClientCommands)
    if commands.kill_all not in server.at_end:
        server.at_end.append(commands.kill_all)
    return commands


def _check(params: CommandExecParams) -> None:
    """Raises `RequestError` for what makes no sense."""
    if not params.command:
        raise refused("command must not be empty")
    if params.process_id is None and (params.tty or params.stream_stdin or params.stream_stdout_stderr):
        raise refused("command/exec tty or streaming requires a client-supplied processId")
    if params.size is not None and not params.tty:
        raise bad_params("command/exec size requires tty: true")
    if params.size is not None:
        _check_size(params.size)
    if params.disable_timeout and params.timeout_ms is not None:
        raise bad_params("command/exec cannot set both timeoutMs and disableTimeout")
    if params.timeout_ms is not None and params.timeout_ms < 0:
        raise bad_params(f"command/exec timeoutMs must be non-negative, got {params.timeout_ms}")
    if params.disable_output_cap and params.output_bytes_cap is not None:
        raise bad_params("command/exec cannot set both outputBytesCap and disableOutputCap")
    if params.output_bytes_cap is not None and params.output_bytes_cap < 0:
        raise bad_params(f"command/exec outputBytesCap must be non-negative, got {params.output_bytes_cap}")
    if params.sandbox_policy is not None and params.permission_profile is not None:
        raise bad_params("command/exec cannot set both sandboxPolicy and permissionProfile")


def _check_size(size: TerminalSize) -> None:
    if not (0 < size.rows <= _LARGEST_SIDE and 0 < size.cols <= _LARGEST_SIDE):
        raise bad_params(f"command/exec size rows and cols must be greater than 0 and at most {_LARGEST_SIDE}")


def _started(
    server: Server, params: CommandExecParams, policy: SandboxPolicy, hidden: Unreadable, output: CommandOutput
) -> Attended:
    config = server.config
    keep_programs_out(policy, config.cwd, config.environ)
    size = params.size or TerminalSize(ROWS, COLUMNS)
    try:
        return attend(
            params.command,
            cwd=config.cwd if params.cwd is None else absolute(config.cwd, params.cwd),
            environ=_environment(config, policy, params.env or {}),
            sandbox=configured_sandbox(config, policy, config.cwd),
            on_output=output.take,
            reads_input=bool(params.stream_stdin),
            size=(size.rows, size.cols) if params.tty else None,
            unreadable=hidden,
        )
    except CommandError as error:
        raise failed(f"exec failed: {error}") from None


def _policy(server: Server, params: CommandExecParams) -> SandboxPolicy:
    if params.sandbox_policy is not None:
        return sandbox_policy(params.sandbox_policy)
    profile = params.permission_profile
    if profile is None:
        return server.config.sandbox_policy
    if not is_built_in(profile):
        known = ":read-only, :workspace and :danger-full-access"
        raise refused(f"permission profile `{profile[:80]}` is not supported; there are {known}")
    try:
        return server.runtime.derive(ConfigFlags(sandbox_mode=sandbox_mode_of(profile))).sandbox_policy
    except ConfigError as error:
        raise refused(f"error deriving config: {error}") from None


def _environment(config: Config, policy: SandboxPolicy, changes: dict[str, str | None]) -> dict[str, str]:
    """The environment of commands, with what the client wants otherwise; None takes a variable away."""
    environ = {**configured_environment(config, policy), **changes}
    for name in environ:
        if not name or "=" in name:
            raise bad_params(f"`{name[:80]}` cannot be the name of an environment variable")
    return {name: value for name, value in environ.items() if value is not None}


async def _ended(
    commands: ClientCommands, command: Attended, params: CommandExecParams, output: CommandOutput
) -> CommandExecResponse:
    """Wait for its end; the answer to the request that started it."""
    timeout = _TIMEOUT_MS if params.timeout_ms is None else min(params.timeout_ms, _LONGEST_MS)
    try:
        code = await command.ended(None if params.disable_timeout else timeout)
    except SpawnError as error:
        raise failed(f"exec failed: {os.strerror(error.errno)} (os error {error.errno})") from None
    finally:
        commands.remove(command, params)
    for path, to in command.moved:
        output.take("stderr", f"{moved_text(path, to)}\n".encode())
    return CommandExecResponse(code, output.kept("stdout"), output.kept("stderr"))
