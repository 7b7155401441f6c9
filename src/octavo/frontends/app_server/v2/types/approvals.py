"""Questions about commands and patches."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.command_items import CommandAction


class CommandApprovalParams(Camel, frozen=True, kw_only=True):
    """May this command run?"""

    thread_id: str
    turn_id: str
    item_id: str
    started_at_ms: int
    command: str
    cwd: str
    command_actions: tuple[CommandAction, ...]
    reason: str | None = None
    proposed_execpolicy_amendment: tuple[str, ...] | UnsetType = UNSET
    available_decisions: tuple[Any, ...] = ("accept", "acceptForSession", "decline", "cancel")


class FileChangeApprovalParams(Camel, frozen=True, kw_only=True):
    """May this patch, an item that has begun, be applied?"""

    thread_id: str
    turn_id: str
    item_id: str
    started_at_ms: int
    reason: str | None = None
    grant_root: str | None = None


class ApprovalResponse(Camel, frozen=True):
    """The client's answer: a word, or an object with one member."""

    decision: Any


class RequestResolved(Camel, frozen=True):
    """Nothing waits for the answer to this question any more."""

    thread_id: str
    request_id: int
