"""What the agent did, as items of this dialect (`docs/app-server-v2.md`, "Items"). Pure functions."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from octavo.commands.quoting import command_line
from octavo.frontends.app_server.v2.types.command_items import (
    CommandAction,
    CommandExecutionItem,
    ListFilesAction,
    ReadAction,
    SearchAction,
    UnknownAction,
)
from octavo.frontends.app_server.v2.types.items import CallStatus, Item
from octavo.frontends.app_server.v2.types.mcp import McpError, McpResult, McpToolCallItem
from octavo.frontends.app_server.v2.types.other_items import ImageViewItem
from octavo.frontends.app_server.v2.types.patches import AddKind, DeleteKind, FileChangeItem, FileUpdate, UpdateKind
from octavo.frontends.app_server.v2.types.searches import FindInPage, OpenPage, OtherSearch, SearchQuery, WebSearchItem
from octavo.protocol import commands
from octavo.protocol import view_items as view
from octavo.protocol.changes import FileChange, FileChanges
from octavo.protocol.events import Duration
from octavo.protocol.middle_cut import cut_middle

MOST_OUTPUT = 1 << 20
"""Bytes of a command's output that its item holds: each item is one line, and is kept with its thread."""

_STATUS: dict[view.Status, CallStatus] = {
    "in_progress": "inProgress",
    "completed": "completed",
    "failed": "failed",
    "aborted": "failed",
}


def shown_work(item: view.Item, item_id: str, *, declined: bool) -> Item | None:
    """The same as `shown_items.shown`, for what is done and not said."""
    match item:
        case view.CommandExecution():
            return _command(item, item_id, declined)
        case view.FileChange():
            status = "declined" if declined else _STATUS[item.status]
            return FileChangeItem(id=item_id, changes=_changes(item.changes), status=status)
        case view.McpToolCall():
            return _mcp_call(item, item_id)
        case view.WebSearch():
            return _search(item, item_id)
        case view.ImageView():
            return ImageViewItem(id=item_id, path=item.path)
        case _:
            return None


def shown_actions(parsed: Iterable[commands.ParsedCommand]) -> tuple[CommandAction, ...]:
    """What a command seems to do."""
    return tuple(map(_action, parsed))


def _changes(changes: FileChanges) -> tuple[FileUpdate, ...]:
    return tuple(_change(path, change) for path, change in changes.items())


def milliseconds(span: Duration | None) -> int | None:
    """A span of time in whole milliseconds."""
    return None if span is None else span.secs * 1000 + span.nanos // 1_000_000


def _command(item: view.CommandExecution, item_id: str, declined: bool) -> CommandExecutionItem:
    ran = item.status in ("completed", "failed") and not declined
    return CommandExecutionItem(
        id=item_id,
        command=command_line(item.command),
        cwd=item.cwd,
        status="declined" if declined else _STATUS[item.status],
        command_actions=shown_actions(item.parsed),
        source="userShell" if item.is_user_shell_command else "agent",
        aggregated_output=cut_middle(item.output, MOST_OUTPUT) if ran else None,
        exit_code=item.exit_code if ran else None,
        duration_ms=milliseconds(item.duration) if ran else None,
    )


def _action(parsed: commands.ParsedCommand) -> CommandAction:
    match parsed:
        case commands.ReadCommand():
            return ReadAction(command=parsed.cmd, name=parsed.name, path=parsed.path)
        case commands.ListFilesCommand():
            return ListFilesAction(command=parsed.cmd, path=parsed.path)
        case commands.SearchCommand():
            return SearchAction(command=parsed.cmd, query=parsed.query, path=parsed.path)
        case commands.UnknownCommand():
            return UnknownAction(command=parsed.cmd)


def _change(path: str, change: FileChange) -> FileUpdate:
    if change.add is not None:
        return FileUpdate(path, AddKind(), change.add.content)
    if change.delete is not None:
        return FileUpdate(path, DeleteKind(), change.delete.content)
    if change.update is not None:
        return FileUpdate(path, UpdateKind(move_path=change.update.move_path), change.update.unified_diff)
    raise ValueError("a change that changes nothing")


def _search(item: view.WebSearch, item_id: str) -> WebSearchItem:
    if (did := item.action) is None:
        action = SearchQuery(query=item.query) if item.query else None
        return WebSearchItem(id=item_id, query=item.query, action=action)
    url, pattern = did.url or None, did.pattern or None
    match did.type:
        case "search":
            query = did.query or next(iter(did.queries or ()), "")
            return WebSearchItem(
                id=item_id, query=query, action=SearchQuery(query=did.query or None, queries=did.queries or None)
            )
        case "open_page":
            return WebSearchItem(id=item_id, query=url or "", action=OpenPage(url=url))
        case "find_in_page":
            words = f"'{pattern or ''}' in {url or ''}"
            return WebSearchItem(id=item_id, query=words, action=FindInPage(url=url, pattern=pattern))
        case _:
            return WebSearchItem(id=item_id, query="", action=OtherSearch())


def _mcp_call(item: view.McpToolCall, item_id: str) -> McpToolCallItem:
    answer = item.outcome.ok if item.outcome is not None else None
    failure = item.outcome.err if item.outcome is not None else None
    status = _STATUS[item.status]
    structured = None if answer is None or answer.structured_content is UNSET else answer.structured_content
    return McpToolCallItem(
        id=item_id,
        server=item.invocation.server,
        tool=item.invocation.tool,
        status="failed" if status == "declined" else status,
        arguments=item.invocation.arguments,
        result=None if answer is None else McpResult(answer.content, structured),
        error=None if failure is None else McpError(failure),
        duration_ms=milliseconds(item.duration),
    )
