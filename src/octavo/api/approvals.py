"""Questions of the agent, and the program's answers (`docs/library.md`, "Approvals")."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.changes import FileChanges
from octavo.protocol.events import CommandRisk
from octavo.protocol.policy import ReviewDecision


class CommandApproval(msgspec.Struct, frozen=True, kw_only=True):
    """May this command run, outside of what the sandbox or the policy allow by themselves?

    `agent` is the agent that asks, where it is not the one that was started by hand.
    """

    thread_id: str
    call_id: str
    command: tuple[str, ...]
    cwd: str
    reason: str = ""
    risk: CommandRisk | None = None
    agent: str | None = None


class PatchApproval(msgspec.Struct, frozen=True, kw_only=True):
    """May these files be changed? `changes` are by absolute path."""

    thread_id: str
    call_id: str
    changes: FileChanges
    reason: str = ""
    agent: str | None = None


class ToolApproval(msgspec.Struct, frozen=True, kw_only=True):
    """May this function of the program be called? `arguments` are what the model wrote."""

    thread_id: str
    call_id: str
    tool: str
    arguments: Mapping[str, Any]
    reason: str = ""
    agent: str | None = None


ApprovalRequest = CommandApproval | PatchApproval | ToolApproval

ApprovalDecision = bool | Literal["approved", "approved_for_session", "denied", "abort"]
"""True is `approved`, False `denied`; `abort` also ends the turn."""

ApprovalCallback = Callable[[ApprovalRequest], Awaitable[ApprovalDecision] | ApprovalDecision]
"""Asked once for each question; one that does not wait is called in a thread of its own."""

_DECISIONS: tuple[ReviewDecision, ...] = ("approved", "approved_for_session", "denied", "abort")


class BadDecision(OctavoError):
    """A callback gave something that is no decision."""


async def decide(callback: ApprovalCallback | None, request: ApprovalRequest) -> ReviewDecision:
    """The program's answer; `denied` where nobody can be asked. Raises what the callback raises."""
    if callback is None:
        return "denied"
    if is_async(callback):
        answer: Any = callback(request)
    else:
        answer = await asyncio.to_thread(callback, request)
    if inspect.isawaitable(answer):
        answer = await answer
    if isinstance(answer, bool):
        return "approved" if answer else "denied"
    if answer not in _DECISIONS:
        raise BadDecision(f"approve gave {answer!r}, which is no decision: True, False or one of {_DECISIONS}")
    decision: ReviewDecision = answer
    return decision


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives something to wait for, as far as that can be told."""
    call = getattr(function, "__call__", None)  # noqa: B004 - of an object that can be called
    return inspect.iscoroutinefunction(inspect.unwrap(function)) or inspect.iscoroutinefunction(call)


def command_request(
    asked: events.ExecApprovalRequest, thread_id: str, agent: str | None, tool: events.McpInvocation | None
) -> CommandApproval | ToolApproval:
    """A question about a command, or about the call of a `tool`."""
    reason = "" if asked.reason is UNSET else asked.reason
    if tool is not None:
        return ToolApproval(
            thread_id=thread_id,
            call_id=asked.call_id,
            tool=tool.tool,
            arguments=tool.arguments or {},
            reason=reason,
            agent=agent,
        )
    return CommandApproval(
        thread_id=thread_id,
        call_id=asked.call_id,
        command=asked.command,
        cwd=asked.cwd,
        reason=reason,
        risk=None if asked.risk is UNSET else asked.risk,
        agent=agent,
    )


def patch_request(asked: events.ApplyPatchApprovalRequest, thread_id: str, agent: str | None) -> PatchApproval:
    """A question about a patch."""
    return PatchApproval(
        thread_id=thread_id,
        call_id=asked.call_id,
        changes=asked.changes,
        reason="" if asked.reason is UNSET else asked.reason,
        agent=agent,
    )
