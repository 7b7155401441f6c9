"""`shell`: one command, its output, its exit code (`docs/tools.md`).

The same handler answers `container.exec` and the shell call that some models
bring along. A command that is a patch in disguise is applied as a patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from octavo.protocol.items import LocalShellExec
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.schema import array, boolean, function_tool, number, string
from octavo.tools.shell_request import DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS, ShellRequest, resolve_workdir

if TYPE_CHECKING:
    from octavo.patch.recognise import PatchCall

POLICY_NAMES = {"never": "Never", "on-failure": "OnFailure", "untrusted": "UnlessTrusted", "on-request": "OnRequest"}

SPEC = function_tool(
    "shell",
    "Runs a program and returns its output and exit code. The arguments go to the program as they are, so wrap "
    'anything that needs a shell: ["bash", "-lc", "..."]. Set `workdir` instead of using cd.',
    {
        "command": array(string(), "The program and its arguments."),
        "workdir": string("The folder to run in; the working directory by default."),
        "timeout_ms": number("How long the command may take, in milliseconds."),
        "with_escalated_permissions": boolean("Ask to run outside the sandbox; only where it is really needed."),
        "justification": string("One sentence for the user on why that is needed; only with the former."),
    },
    ["command"],
)


_Bounds = msgspec.Meta(ge=0, le=LONGEST_TIMEOUT_MS)
Milliseconds = Annotated[int, _Bounds] | Annotated[float, _Bounds]


class Arguments(msgspec.Struct, frozen=True):
    """What the model asks for. `timeout` is another spelling of `timeout_ms`."""

    command: tuple[str, ...]
    workdir: str | None = None
    timeout_ms: Milliseconds | None = None
    timeout: Milliseconds | None = None
    with_escalated_permissions: bool | None = None
    justification: str | None = None


async def shell(invocation: Invocation) -> ToolResult:
    """Run what the model asked for."""
    request = _request(invocation)
    policy = invocation.turn.settings.approval_policy
    if request.escalated and policy != "on-request":
        name = POLICY_NAMES[policy]
        raise RespondToModel(
            f"approval policy is {name}; reject command \u2014 "
            f"you should not ask for escalated permissions if the approval policy is {name}"
        )
    if patch := _patch_in_disguise(request):
        from octavo.tools.apply_patch import apply_verified_text

        return await apply_verified_text(invocation, patch.text, patch.cwd, request.timeout_ms)

    from octavo.tools.run_command import run_shell_request  # imported on use: a turn without commands pays nothing

    return await run_shell_request(invocation, request)


def _request(invocation: Invocation) -> ShellRequest:
    payload, turn = invocation.payload, invocation.turn
    if isinstance(payload, LocalShellExec):
        timeout = payload.timeout_ms if payload.timeout_ms is not None else DEFAULT_TIMEOUT_MS
        cwd = resolve_workdir(payload.working_directory, turn)
        timeout = min(max(timeout, 0), LONGEST_TIMEOUT_MS)
        return ShellRequest(payload.command, cwd, timeout, is_user_shell_command=True)
    arguments = parse_arguments(invocation, Arguments)
    given = arguments.timeout_ms if arguments.timeout_ms is not None else arguments.timeout
    return ShellRequest(
        arguments.command,
        resolve_workdir(arguments.workdir, turn),
        int(given) if given is not None else DEFAULT_TIMEOUT_MS,
        bool(arguments.with_escalated_permissions),
        arguments.justification,
    )


def _patch_in_disguise(request: ShellRequest) -> PatchCall | None:
    if not _mentions_patch(request.command):
        return None
    from octavo.patch.recognise import UnmarkedPatchError, recognise

    try:
        return recognise(request.command, request.cwd)
    except UnmarkedPatchError as error:
        raise RespondToModel(str(error)) from None


def _mentions_patch(command: Sequence[str]) -> bool:
    return any("apply_patch" in word or "applypatch" in word or "*** Begin Patch" in word for word in command)


TOOLS = (
    Tool("shell", shell, SPEC, accepts=("function", "local_shell")),
    Tool("container.exec", shell, accepts=("function", "local_shell")),
    Tool("local_shell", shell, accepts=("function", "local_shell")),
)
