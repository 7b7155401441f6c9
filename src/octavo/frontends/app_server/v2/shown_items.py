"""From the one view of items to items of this dialect (`docs/app-server-v2.md`, "Items"). Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET

from octavo.commands.quoting import command_line
from octavo.frontends.app_server.v2.types import items as wire
from octavo.frontends.app_server.v2.types.values import ImagePart, InputPart, TextPart
from octavo.protocol import commands
from octavo.protocol import view_items as view
from octavo.protocol.changes import FileChange, FileChanges
from octavo.protocol.events import Duration
from octavo.protocol.middle_cut import cut_middle

MOST_OUTPUT = 1 << 20
"""Bytes of a command's output that its item holds: each item is one line, and is kept with its thread."""

_STATUS: dict[view.Status, wire.CallStatus] = {
    "in_progress": "inProgress",
    "completed": "completed",
    "failed": "failed",
    "aborted": "failed",
}


def shown(item: view.Item, item_id: str, *, declined: bool = False) -> wire.ThreadItem | None:
    """The item under this id; None for what this dialect tells otherwise, such as a plan.

    `declined` says that somebody refused what it would have done.
    """
    match item:
        case view.UserMessage():
            return wire.UserMessageItem(id=item_id, content=user_content(item.text, item.images))
        case view.AgentMessage():
            phase: Any = item.phase  # one of the words that clients know
            return wire.AgentMessageItem(id=item_id, text="".join(item.texts), phase=phase)
        case view.Reasoning():
            return wire.ReasoningItem(id=item_id, summary=item.sections, content=item.raw)
        case view.CommandExecution():
            return _command(item, item_id, declined)
        case view.FileChange():
            status = "declined" if declined else _STATUS[item.status]
            return wire.FileChangeItem(id=item_id, changes=shown_changes(item.changes), status=status)
        case view.McpToolCall():
            return _mcp_call(item, item_id)
        case view.WebSearch():
            return _search(item, item_id)
        case view.ImageView():
            return wire.ImageViewItem(id=item_id, path=item.path)
        case _:
            return None


def user_content(text: str, images: Iterable[str]) -> tuple[InputPart, ...]:
    """What the user said, as parts."""
    texts = (TextPart(text=text),) if text else ()
    return (*texts, *(ImagePart(url=url) for url in images))


def shown_actions(parsed: Iterable[commands.ParsedCommand]) -> tuple[wire.CommandAction, ...]:
    """What a command seems to do."""
    return tuple(map(_action, parsed))


def shown_changes(changes: FileChanges) -> tuple[wire.FileUpdate, ...]:
    """What a patch does to its files."""
    return tuple(_change(path, change) for path, change in changes.items())


def milliseconds(span: Duration | None) -> int | None:
    """A span of time in whole milliseconds."""
    return None if span is None else span.secs * 1000 + span.nanos // 1_000_000


def _command(item: view.CommandExecution, item_id: str, declined: bool) -> wire.CommandExecutionItem:
    ran = item.status in ("completed", "failed") and not declined
    return wire.CommandExecutionItem(
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


def _action(parsed: commands.ParsedCommand) -> wire.CommandAction:
    match parsed:
        case commands.ReadCommand():
            return wire.ReadAction(command=parsed.cmd, name=parsed.name, path=parsed.path)
        case commands.ListFilesCommand():
            return wire.ListFilesAction(command=parsed.cmd, path=parsed.path)
        case commands.SearchCommand():
            return wire.SearchAction(command=parsed.cmd, query=parsed.query, path=parsed.path)
        case commands.UnknownCommand():
            return wire.UnknownAction(command=parsed.cmd)


def _change(path: str, change: FileChange) -> wire.FileUpdate:
    if change.add is not None:
        return wire.FileUpdate(path, wire.AddKind(), change.add.content)
    if change.delete is not None:
        return wire.FileUpdate(path, wire.DeleteKind(), change.delete.content)
    if change.update is not None:
        return wire.FileUpdate(path, wire.UpdateKind(move_path=change.update.move_path), change.update.unified_diff)
    raise ValueError("a change that changes nothing")


def _search(item: view.WebSearch, item_id: str) -> wire.WebSearchItem:
    if (did := item.action) is None:
        action = wire.SearchQuery(query=item.query) if item.query else None
        return wire.WebSearchItem(id=item_id, query=item.query, action=action)
    url, pattern = did.url or None, did.pattern or None
    match did.type:
        case "search":
            query = did.query or next(iter(did.queries or ()), "")
            return wire.WebSearchItem(
                id=item_id, query=query, action=wire.SearchQuery(query=did.query or None, queries=did.queries or None)
            )
        case "open_page":
            return wire.WebSearchItem(id=item_id, query=url or "", action=wire.OpenPage(url=url))
        case "find_in_page":
            words = f"'{pattern or ''}' in {url or ''}"
            return wire.WebSearchItem(id=item_id, query=words, action=wire.FindInPage(url=url, pattern=pattern))
        case _:
            return wire.WebSearchItem(id=item_id, query="", action=wire.OtherSearch())


def _mcp_call(item: view.McpToolCall, item_id: str) -> wire.McpToolCallItem:
    answer = item.outcome.ok if item.outcome is not None else None
    failure = item.outcome.err if item.outcome is not None else None
    status = _STATUS[item.status]
    structured = None if answer is None or answer.structured_content is UNSET else answer.structured_content
    return wire.McpToolCallItem(
        id=item_id,
        server=item.invocation.server,
        tool=item.invocation.tool,
        status="failed" if status == "declined" else status,
        arguments=item.invocation.arguments,
        result=None if answer is None else wire.McpResult(answer.content, structured),
        error=None if failure is None else wire.McpError(failure),
        duration_ms=milliseconds(item.duration),
    )
