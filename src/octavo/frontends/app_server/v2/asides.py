"""What is told beside events and items: compactions, reviewers in the user's place, MCP servers, and the like.

Loaded with the first aside (`narrator`).
"""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.auto_reviews import AutoReviews
from octavo.frontends.app_server.v2.turn_items import Tellers, Told, TurnItems
from octavo.frontends.app_server.v2.types.command_items import TerminalInteraction
from octavo.frontends.app_server.v2.types.mcp import McpServerStatusUpdated, McpToolCallProgress
from octavo.frontends.app_server.v2.types.notices import ModelRerouted
from octavo.frontends.app_server.v2.types.other_items import CompactionItem
from octavo.protocol import asides
from octavo.protocol.events import ApplyPatchApprovalRequest


class Asides:
    """Tells the asides of a thread; `now_ms` tells Unix milliseconds."""

    def __init__(self, thread_id: str, items: TurnItems, now_ms: Callable[[], int]) -> None:
        self._thread_id, self._items, self._now_ms = thread_id, items, now_ms
        self._reviews = AutoReviews(thread_id)
        self._cause: str | None = None
        self.is_compacting = False
        self.tellers: Tellers = {
            asides.CompactionStarted: self._compaction_started,
            asides.CompactionEnded: self._compaction_ended,
            asides.RetryCause: self._retry_cause,
            asides.McpServerStatus: self._mcp_server_status,
            asides.McpToolCallProgress: self._mcp_progress,
            asides.TerminalInteraction: self._terminal_interaction,
            asides.ModelRerouted: self._rerouted,
            asides.AutoReviewStarted: self._auto_review_started,
            asides.AutoReviewEnded: self._auto_review_ended,
        }

    def take_cause(self) -> str | None:
        """Why the call that is tried again failed, if that was told; it counts once."""
        cause, self._cause = self._cause, None
        return cause

    def _compaction_started(self, turn_id: str, msg: asides.CompactionStarted) -> Told:
        self.is_compacting = True
        yield from self._items.start(turn_id, CompactionItem(id=msg.item_id))

    def _compaction_ended(self, turn_id: str, msg: asides.CompactionEnded) -> Told:
        self.is_compacting = False
        yield from self._items.complete(turn_id, CompactionItem(id=msg.item_id))

    def _retry_cause(self, _: str, msg: asides.RetryCause) -> Told:
        self._cause = msg.message
        yield from ()

    def _mcp_server_status(self, _: str, msg: asides.McpServerStatus) -> Told:
        status = McpServerStatusUpdated(msg.name, msg.status, msg.error, self._thread_id)
        yield Notice("mcpServer/startupStatus/updated", status)

    def _mcp_progress(self, turn_id: str, msg: asides.McpToolCallProgress) -> Told:
        progress = McpToolCallProgress(self._thread_id, turn_id, msg.call_id, msg.message)
        yield Notice("item/mcpToolCall/progress", progress)

    def _terminal_interaction(self, turn_id: str, msg: asides.TerminalInteraction) -> Told:
        typed = TerminalInteraction(self._thread_id, turn_id, msg.call_id, msg.process_id, msg.stdin)
        yield Notice("item/commandExecution/terminalInteraction", typed)

    def _rerouted(self, turn_id: str, msg: asides.ModelRerouted) -> Told:
        yield Notice("model/rerouted", ModelRerouted(self._thread_id, turn_id, msg.from_model, msg.to_model))

    def _auto_review_started(self, turn_id: str, msg: asides.AutoReviewStarted) -> Told:
        if isinstance(msg.request, ApplyPatchApprovalRequest):
            yield from self._items.begin_patch(turn_id, msg.request)
        yield self._reviews.begun(turn_id, self._now_ms(), msg)

    def _auto_review_ended(self, turn_id: str, msg: asides.AutoReviewEnded) -> Told:
        yield from self._reviews.ended(turn_id, self._now_ms(), msg)
        if msg.status != "approved":
            yield from self._items.refused(turn_id, msg.request.call_id)
