"""`apply_patch`: edit files in one step that the user can see, allow and undo (`docs/apply-patch.md`).

A patch is checked against the disk before anybody is asked, and applied by a
process of its own inside the sandbox, so that a link cannot lead it outside.
"""

from __future__ import annotations

import msgspec

from octavo.model.prompt import FreeformTool, Grammar
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import FreeformInput, Invocation, Tool, ToolResult
from octavo.tools.schema import function_tool, string
from octavo.tools.shell_request import DEFAULT_TIMEOUT_MS

GRAMMAR = """start: begin section+ end
begin: "*** Begin Patch" NEWLINE
end: "*** End Patch" NEWLINE?

section: add | delete | update
add: "*** Add File: " NAME NEWLINE added+
delete: "*** Delete File: " NAME NEWLINE
update: "*** Update File: " NAME NEWLINE move? change?
move: "*** Move to: " NAME NEWLINE

added: "+" REST NEWLINE
change: (anchor | line)+ last?
anchor: ("@@" | "@@ " NAME) NEWLINE
line: ("+" | "-" | " ") REST NEWLINE
last: "*** End of File" NEWLINE

NAME: /[^\\n]+/
REST: /[^\\n]*/
NEWLINE: "\\n"
"""

FREEFORM_SPEC = FreeformTool(
    "apply_patch",
    "Edits files by a patch. Write the patch itself as the input, not JSON around it.",
    Grammar("lark", GRAMMAR),
)

FUNCTION_SPEC = function_tool(
    "apply_patch",
    "Edits files by a patch. The patch starts with `*** Begin Patch`, ends with `*** End Patch`, and has a section per "
    "file between them: `*** Add File: path` with lines that start with +; `*** Delete File: path`; or "
    "`*** Update File: path`, perhaps `*** Move to: path`, and hunks. A hunk starts with `@@` (or `@@ ` and a line "
    "that stands before the place, such as a function's head); its lines start with a space for context, - for what "
    "goes and + for what comes. Give three lines of context around a change. Paths are relative to the working "
    "directory.",
    {"input": string("The whole patch.")},
    ["input"],
)


class Arguments(msgspec.Struct, frozen=True):
    """A patch as a JSON argument."""

    input: str


async def apply_patch(invocation: Invocation) -> ToolResult:
    """Apply the patch that the model wrote."""
    payload = invocation.payload
    text = payload.text if isinstance(payload, FreeformInput) else parse_arguments(invocation, Arguments).input
    return await apply_verified_text(invocation, text, invocation.turn.settings.cwd, DEFAULT_TIMEOUT_MS)


async def apply_verified_text(invocation: Invocation, text: str, cwd: str, timeout_ms: int) -> ToolResult:
    """Check the patch against the disk below `cwd`, ask if need be, and apply it."""
    from octavo.tools.patch_call import run_patch  # imported on use: a turn without patches pays nothing

    return await run_patch(invocation, text, cwd, timeout_ms)


FREEFORM_TOOL = Tool("apply_patch", apply_patch, FREEFORM_SPEC, accepts=("function", "custom"))
FUNCTION_TOOL = Tool("apply_patch", apply_patch, FUNCTION_SPEC, accepts=("function", "custom"))
