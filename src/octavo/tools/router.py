"""From what the model wrote to a tool's answer (`docs/tools.md`).

`dispatch` never raises for anything that the model did: a call of an unknown
tool or with bad arguments is answered in words. It raises `FatalToolError` when
a tool is called in a way that it cannot even read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from octavo.protocol.events import EventMsg, Warning
from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    InputText,
    LocalShellCall,
    OutputPart,
    ToolCall,
    ToolOutput,
    user_message,
)
from octavo.tools.arguments import incompatible_payload
from octavo.tools.context import (
    FreeformInput,
    FunctionArguments,
    Host,
    Invocation,
    Tool,
    ToolResult,
    TurnContext,
    payload_kind,
)
from octavo.tools.errors import FatalToolError, RespondToModel

if TYPE_CHECKING:
    from octavo.tools.hooks import Hooks

ABORTED = "aborted"
LOCAL_SHELL = "local_shell"


async def dispatch(call: ToolCall, turn: TurnContext, host: Host) -> tuple[ToolOutput, Sequence[EventMsg]]:
    """Run the call; the item that answers it, and what to tell the client once that item is safe."""
    invocation, tool, started = _invocation(call, turn, host), None, time.monotonic()
    try:
        if invocation is None:
            raise RespondToModel("LocalShellCall without call_id or id")
        tool = _handler(invocation)
        result = await (tool.run(invocation) if host.hooks is None else _watched(tool, invocation, call, host.hooks))
    except RespondToModel as error:
        result = ToolResult(str(error), success=False)
    except FatalToolError as error:
        _tell_observer(call, turn, host, ToolResult(str(error), success=False), 0.0)
        raise
    _tell_observer(call, turn, host, result, time.monotonic() - started if tool is not None else 0.0)
    return output_of(call, result.content), result.told


async def _watched(tool: Tool, invocation: Invocation, call: ToolCall, hooks: Hooks) -> ToolResult:
    """Run the call between its two hooks."""
    from octavo.tools.hooks import ToolUse, output_text

    turn, host = invocation.turn, invocation.host
    use = ToolUse(host.id, turn.turn_id, invocation.call_id, invocation.name, _arguments(call), turn.settings.cwd)
    if (reason := await hooks.pre_tool_use(use)) is not None:
        host.emit(turn.turn_id, Warning(f"A hook stopped a call of {invocation.name}: {reason}"))
        raise RespondToModel(f"the call was stopped by a hook: {reason}")
    result = await tool.run(invocation)
    if words := await hooks.post_tool_use(use, output_text(result.content)):
        host.queue_input(turn.turn_id, user_message(InputText(words)))
    return result


def _tell_observer(call: ToolCall, turn: TurnContext, host: Host, result: ToolResult, seconds: float) -> None:
    if host.telemetry is None:
        return
    from octavo.tools.telemetry import CallOutcome  # only who is observed pays for it

    call_id = call_id_of(call) or None
    arguments = _arguments(call) if call_id is not None else None
    outcome = CallOutcome(_name(call), call_id, arguments, seconds, result.success, result.content)
    host.telemetry.called(turn, outcome)


def _arguments(call: ToolCall) -> str:
    match call:
        case FunctionCall():
            return call.arguments
        case CustomToolCall():
            return call.input
        case LocalShellCall():
            return " ".join(call.action.command)


def runs_in_parallel(call: ToolCall, turn: TurnContext) -> bool:
    """Whether the call may run beside others; only tools that are offered under this name can."""
    tool = turn.toolbox.handlers.get(_name(call))
    return tool is not None and tool.spec is not None and tool.parallel


def output_of(call: ToolCall, content: str | tuple[OutputPart, ...]) -> ToolOutput:
    """An item that answers the call with this content."""
    if isinstance(call, CustomToolCall):
        return CustomToolCallOutput(call.call_id, content if isinstance(content, str) else str(content))
    return FunctionCallOutput(call_id_of(call), content)


def call_id_of(call: ToolCall) -> str:
    """The id that the call's output names; a local shell call may only have an item id."""
    if isinstance(call, LocalShellCall):
        return call.call_id or call.id or ""
    return call.call_id


def _name(call: ToolCall) -> str:
    return LOCAL_SHELL if isinstance(call, LocalShellCall) else call.name


def _invocation(call: ToolCall, turn: TurnContext, host: Host) -> Invocation | None:
    match call:
        case FunctionCall():
            return Invocation(call.call_id, call.name, FunctionArguments(call.arguments), turn, host)
        case CustomToolCall():
            return Invocation(call.call_id, call.name, FreeformInput(call.input), turn, host)
        case LocalShellCall():
            call_id = call_id_of(call)
            return Invocation(call_id, LOCAL_SHELL, call.action, turn, host) if call_id else None


def _handler(invocation: Invocation) -> Tool:
    tool = invocation.turn.toolbox.handlers.get(invocation.name)
    kind = payload_kind(invocation.payload)
    if tool is None:
        what = "custom tool call" if kind == "custom" else "call"
        raise RespondToModel(f"unsupported {what}: {invocation.name}")
    if kind not in tool.accepts:
        raise incompatible_payload(invocation.name)
    return tool
