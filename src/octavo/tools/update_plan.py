"""`update_plan`: the model tells the user what it is going to do (`docs/tools.md`)."""

from __future__ import annotations

import msgspec

from octavo.protocol.events import PlanStep, PlanUpdate
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.schema import array, function_tool, record, string

SPEC = function_tool(
    "update_plan",
    "Shows the user your plan for the task: a short list of steps with a status each. Send the whole list every time. "
    "A status is one of pending, in_progress, completed; keep at most one step in_progress.",
    {
        "explanation": string(),
        "plan": array(
            record({"step": string(), "status": string("pending, in_progress or completed")}, ["step", "status"]),
            "All steps, in order.",
        ),
    },
    ["plan"],
)


class Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole plan."""

    plan: tuple[PlanStep, ...]
    explanation: str | None = None


async def update_plan(invocation: Invocation) -> ToolResult:
    """Pass the plan on to the client."""
    arguments = parse_arguments(invocation, Arguments)
    invocation.emit(PlanUpdate(arguments.explanation, arguments.plan))
    return ToolResult("Plan updated")


TOOL = Tool("update_plan", update_plan, SPEC)
