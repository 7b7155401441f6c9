"""Notices about things that are no items (`docs/app-server-v2.md`, "Notifications"). A pure function."""

from __future__ import annotations

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.types import from_server as told
from octavo.protocol import asides
from octavo.protocol.events import Aside


def aside_notice(thread_id: str, turn_id: str, msg: Aside) -> Notice | None:
    """What the client hears of an aside; None for one that is told in another way."""
    match msg:
        case asides.McpServerStatus(name=name, status=status, error=error):
            started = told.McpServerStatusUpdated(name, status, error, thread_id)
            return Notice("mcpServer/startupStatus/updated", started)
        case asides.McpToolCallProgress(call_id=call_id, message=message):
            progress = told.McpToolCallProgress(thread_id, turn_id, call_id, message)
            return Notice("item/mcpToolCall/progress", progress)
        case asides.TerminalInteraction(call_id=call_id, process_id=process_id, stdin=stdin):
            typed = told.TerminalInteraction(thread_id, turn_id, call_id, process_id, stdin)
            return Notice("item/commandExecution/terminalInteraction", typed)
        case asides.ModelRerouted(from_model=asked, to_model=answering):
            return Notice("model/rerouted", told.ModelRerouted(thread_id, turn_id, asked, answering))
        case _:
            return None
