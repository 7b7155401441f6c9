"""`execOneOffCommand`: a command of the client's own, confined like those of a model."""

from __future__ import annotations

import os
import sys

from octavo.config.config import Config
from octavo.engine.confinement import keep_programs_out
from octavo.frontends.app_server.hidden import hidden_from_client
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import ExecOneOffCommandParams
from octavo.frontends.app_server.v1.types.results import ExecOneOffCommandResponse
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.process.failures import CommandError, KilledBySignalError, SpawnError
from octavo.process.run import CommandOutput, run_command
from octavo.sandbox.denial import is_likely_denied
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import configured_sandbox

_DEFAULT_TIMEOUT_MS = 10_000
_LONGEST_MS = 2**63 - 1
_SANDBOX_GAVE_UP = 101


async def exec_one_off_command(server: Server, request_id: RequestId, params: ExecOneOffCommandParams) -> None:
    """Start it; the answer comes when it has ended, and other requests are served meanwhile."""
    if not params.command:
        raise refused("command must not be empty")
    server.answer_later(request_id, _run(server.config, params))


async def _run(config: Config, params: ExecOneOffCommandParams) -> ExecOneOffCommandResponse:
    """Run it, confined, to its end. Raises `RequestError`."""
    policy = config.sandbox_policy if params.sandbox_policy is None else params.sandbox_policy
    sandbox = configured_sandbox(config, policy, config.cwd)
    keep_programs_out(policy, config.cwd, config.environ)
    try:
        output = await run_command(
            params.command,
            cwd=config.cwd if params.cwd is None else absolute(config.cwd, params.cwd),
            environ=configured_environment(config, policy),
            sandbox=sandbox,
            timeout_ms=_DEFAULT_TIMEOUT_MS if params.timeout_ms is None else min(params.timeout_ms, _LONGEST_MS),
            on_output=lambda _stream, _chunk: None,
            unreadable=await hidden_from_client(config, policy),
        )
    except SpawnError as error:
        raise failed(f"exec failed: {os.strerror(error.errno)} (os error {error.errno})") from None
    except KilledBySignalError:
        raise failed("exec failed: sandbox error: command was killed by a signal") from None
    except CommandError as error:
        raise failed(f"exec failed: {error}") from None
    if sandbox is not None and (reason := _not_started(output, params.command[0])) is not None:
        raise failed(f"exec failed: {reason}")
    return _result(output, is_confined=sandbox is not None)


def _not_started(output: CommandOutput, program: str) -> str | None:
    """Why a confined program did not start, which only its stderr can tell (`docs/sandbox.md`)."""
    start = f"Failed to execvp {program}: "
    said = output.stderr.decode("utf-8", "replace")
    if output.exit_code != _SANDBOX_GAVE_UP or not said.startswith(start):
        return None
    return said.removeprefix(start).strip()


def _result(output: CommandOutput, *, is_confined: bool) -> ExecOneOffCommandResponse:
    stdout, stderr = (data.decode("utf-8", "replace") for data in (output.stdout, output.stderr))
    stderr += "".join(f"{moved_text(path, to)}\n" for path, to in output.moved)
    if output.timed_out:
        raise failed("exec failed: sandbox error: command timed out")
    was_denied = is_confined and is_likely_denied(
        exit_code=output.exit_code,
        timed_out=output.timed_out,
        stdout=output.stdout,
        stderr=output.stderr,
        aggregated=output.aggregated,
        linux=sys.platform == "linux",
    )
    if was_denied:
        said = f"exit code: {output.exit_code}, stdout: {stdout}, stderr: {stderr}"
        raise failed(f"exec failed: sandbox error: sandbox denied exec error, {said}")
    return ExecOneOffCommandResponse(output.exit_code, stdout, stderr)
