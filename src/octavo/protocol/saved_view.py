"""The same view of items, from what a saved session holds of them (`docs/items.md`).

A saved session keeps what the model read and wrote: a call and, further down, its
output. It knows no durations, no changes of a patch, and no server behind a tool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.protocol import view_items as view
from octavo.protocol.item_view import shown_item
from octavo.protocol.items import (
    PHASES,
    CustomToolCall,
    FunctionCall,
    InputImage,
    LocalShellCall,
    Message,
    ResponseItem,
    ToolOutput,
    WebSearchCall,
)
from octavo.protocol.turn_items import turn_item_of
from octavo.protocol.view_items import ItemChange

_ABORTED = "aborted"
"""What answers a call that an interruption ended."""

_SHELLS = ("shell", "local_shell", "container.exec")
_LONGEST_HEADER = 512


class SavedView:
    """Fed with the items of a session in their order, gives what changed. Prefixes and snapshots change nothing."""

    def __init__(self) -> None:
        self._calls: dict[str, view.CommandExecution | view.ToolCall] = {}

    def feed(self, item: ResponseItem) -> Sequence[ItemChange]:
        """What the item begins, ends or is."""
        match item:
            case FunctionCall() | CustomToolCall() | LocalShellCall():
                call = _call(item)
                self._calls[call.id] = call
                return (ItemChange("started", call),)
            case WebSearchCall(action=action):
                query = action.query or ""
                search = view.WebSearch(id=item.id or "", status="completed", query=query, action=action)
                return (ItemChange("completed", search),)
            case _ if isinstance(item, ToolOutput):
                return (ItemChange("completed", self._ended(item)),)
            case _:
                shown = turn_item_of(item, lambda: "")
                whole = shown_item(shown, "completed") if shown is not None else None
                if isinstance(whole, view.AgentMessage) and isinstance(item, Message) and item.phase in PHASES:
                    whole = msgspec.structs.replace(whole, phase=item.phase)
                return (ItemChange("completed", whole),) if whole is not None else ()

    def _ended(self, item: ToolOutput) -> view.Item:
        call = self._calls.pop(item.call_id, None) or view.ToolCall(id=item.call_id, tool="", arguments="")
        output, exit_code = _said(item.output)
        return msgspec.structs.replace(
            call, status=_status(call, output, exit_code), output=output, exit_code=exit_code
        )


def _call(item: FunctionCall | CustomToolCall | LocalShellCall) -> view.CommandExecution | view.ToolCall:
    match item:
        case CustomToolCall():
            return view.ToolCall(id=item.call_id, tool=item.name, arguments=item.input)
        case LocalShellCall():
            call_id, folder = item.call_id or item.id or "", item.action.working_directory or ""
            return view.CommandExecution(id=call_id, tool="shell", command=item.action.command, cwd=folder)
        case FunctionCall():
            given = _object(item.arguments) or {}
            command = given.get("command", given.get("cmd"))
            if isinstance(command, list) and all(isinstance(word, str) for word in command):
                command = tuple(command)
            if isinstance(command, str | tuple):
                return view.CommandExecution(id=item.call_id, tool=item.name, command=command)
            return view.ToolCall(id=item.call_id, tool=item.name, arguments=item.arguments)


def _status(call: view.Item, output: str, exit_code: int | None) -> view.Status:
    """How a call ended. One of `shell` whose answer tells no exit code did not run: it was refused, or failed."""
    if output == _ABORTED:
        return "aborted"
    never_ran = exit_code is None and isinstance(call, view.CommandExecution) and call.tool in _SHELLS
    return "failed" if exit_code or never_ran else "completed"


def _said(output: str | tuple[Any, ...]) -> tuple[str, int | None]:
    """What a tool answered, and the exit code of a command."""
    if not isinstance(output, str):
        return "".join("[picture]" if isinstance(part, InputImage) else part.text for part in output), None
    given = _object(output)
    text = given.get("output") if given is not None else None
    if given is None or not isinstance(text, str):
        return output, _headed_code(output)
    about = given.get("metadata")
    code = about.get("exit_code") if isinstance(about, dict) else None
    return text, code if isinstance(code, int) else None


def _headed_code(output: str) -> int | None:
    """The exit code in the lines above a command's output, as later releases save them."""
    header, has_output, _ = output[:_LONGEST_HEADER].partition("\nOutput:")
    for line in header.split("\n") if has_output else ():
        for beginning in ("Exit code: ", "Process exited with code "):
            code = line.removeprefix(beginning)
            if code != line and code.removeprefix("-").isdecimal() and code.isascii():
                return int(code)
    return None


def _object(text: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
