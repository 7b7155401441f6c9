"""How an item looks at its beginning, and at an end of which nothing was heard. Pure functions."""

from __future__ import annotations

import msgspec

from octavo.frontends.app_server.v2.types import items as wire


def begun_form(item: wire.ThreadItem) -> wire.ThreadItem:
    """The beginning of an item that came whole."""
    match item:
        case wire.AgentMessageItem():
            return msgspec.structs.replace(item, text="")
        case wire.ReasoningItem():
            return msgspec.structs.replace(item, summary=(), content=())
        case wire.WebSearchItem():
            return msgspec.structs.replace(item, query="", action=wire.OtherSearch())
        case wire.CommandExecutionItem():
            return msgspec.structs.replace(
                item, status="inProgress", aggregated_output=None, exit_code=None, duration_ms=None
            )
        case wire.FileChangeItem():
            return msgspec.structs.replace(item, status="inProgress")
        case wire.McpToolCallItem():
            return msgspec.structs.replace(item, status="inProgress", result=None, error=None, duration_ms=None)
        case _:
            return item


def ended_form(item: wire.ThreadItem, *, declined: bool) -> wire.ThreadItem:
    """The end of an item of which nothing more was heard; a command may go on by itself, on a terminal."""
    match item:
        case wire.CommandExecutionItem():
            return msgspec.structs.replace(item, status="declined" if declined else "completed")
        case wire.FileChangeItem():
            return msgspec.structs.replace(item, status="declined" if declined else "failed")
        case wire.McpToolCallItem():
            return msgspec.structs.replace(item, status="failed")
        case _:
            return item
