"""All items of a thread: what `Item` stands for where types are written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from octavo.frontends.app_server.v2.types.command_items import CommandExecutionItem
from octavo.frontends.app_server.v2.types.items import AgentMessageItem, Item, UserMessageItem
from octavo.frontends.app_server.v2.types.mcp import McpToolCallItem
from octavo.frontends.app_server.v2.types.other_items import (
    CompactionItem,
    EnteredReviewItem,
    ExitedReviewItem,
    ImageViewItem,
    ToolOutputItem,
)
from octavo.frontends.app_server.v2.types.patches import FileChangeItem
from octavo.frontends.app_server.v2.types.reasoning import ReasoningItem
from octavo.frontends.app_server.v2.types.searches import WebSearchItem

ThreadItem = (
    UserMessageItem
    | AgentMessageItem
    | ReasoningItem
    | CommandExecutionItem
    | FileChangeItem
    | McpToolCallItem
    | WebSearchItem
    | ImageViewItem
    | EnteredReviewItem
    | ExitedReviewItem
    | CompactionItem
    | ToolOutputItem
)

BASES: Mapping[type, Any] = {Item: ThreadItem}
"""Classes that stand for a union of those that are made from them."""
