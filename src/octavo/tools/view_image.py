"""`view_image`: the model looks at a picture on the user's disk (`docs/tools.md`)."""

from __future__ import annotations

import functools
import os
import stat

import msgspec

from octavo.protocol.events import ViewImageToolCall
from octavo.protocol.items import user_message
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.schema import function_tool, string

SPEC = function_tool(
    "view_image",
    "Attaches a picture from the local disk to the conversation, so that you can see it.",
    {"path": string("Where the picture is; relative paths start at the working directory.")},
    ["path"],
)


class Arguments(msgspec.Struct, frozen=True):
    """The picture to look at."""

    path: str


async def view_image(invocation: Invocation) -> ToolResult:
    """Queue the picture as a user message for the next request of this turn."""
    from octavo.tools.local_image import image_part  # imported on use: it brings the image library
    from octavo.tools.unreadable import refuse_unreadable  # most turns look at no picture

    arguments = parse_arguments(invocation, Arguments)
    path = os.path.normpath(os.path.join(invocation.turn.settings.cwd, arguments.path))
    refuse = functools.partial(refuse_unreadable, invocation.turn)
    refuse(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        raise RespondToModel(f"unable to locate image at `{path}`: {describe(error)}") from None
    if not stat.S_ISREG(mode):
        raise RespondToModel(f"image path `{path}` is not a file")
    if not invocation.host.queue_input(invocation.turn.turn_id, user_message(image_part(path, refuse))):
        raise RespondToModel("unable to attach image (no active task)")
    invocation.emit(ViewImageToolCall(invocation.call_id, path))
    return ToolResult("attached local image path")


def describe(error: OSError | ValueError) -> str:
    """An operating system error in the words that clients know."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"{os.strerror(error.errno)} (os error {error.errno})"
    return str(error)


TOOL = Tool("view_image", view_image, SPEC, parallel=True)
