"""`command/exec`: a command of the client's own."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.one_off import run_one_off
from octavo.frontends.app_server.v1.types.params import ExecOneOffCommandParams
from octavo.frontends.app_server.v2.policies import sandbox_policy
from octavo.frontends.app_server.v2.types.params import CommandExecParams
from octavo.frontends.app_server.v2.types.results import CommandExecResponse
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId


async def exec_command(server: Server, request_id: RequestId, params: CommandExecParams) -> None:
    """Start it; the answer comes when it has ended, and other requests are served meanwhile."""
    if not params.command:
        raise refused("command must not be empty")
    if params.timeout_ms is not None and params.timeout_ms < 0:
        raise refused("timeoutMs must not be negative")
    if params.tty or params.stream_stdin or params.stream_stdout_stderr:
        raise refused("only commands without input are served, whose output comes when they have ended")
    server.answer_later(request_id, _run(server.config, params))


async def _run(config: Config, params: CommandExecParams) -> CommandExecResponse:
    policy = None if params.sandbox_policy is None else sandbox_policy(params.sandbox_policy)
    asked = ExecOneOffCommandParams(
        command=params.command, timeout_ms=params.timeout_ms, cwd=params.cwd, sandbox_policy=policy
    )
    ended = await run_one_off(config, asked)
    return CommandExecResponse(ended.exit_code, ended.stdout, ended.stderr)
