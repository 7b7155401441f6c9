"""From the one view of items to calls of tools, as clients show them (`docs/acp.md`, "Tool calls"). Pure functions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from octavo.commands.shell_grammar import shown_script
from octavo.frontends.acp.diffs import diffs_of
from octavo.frontends.acp.types.content import ToolContent, passed_on, text_content
from octavo.frontends.acp.types.updates import (
    Location,
    ToolCallFields,
    ToolCallProgress,
    ToolCallStart,
    ToolKind,
    ToolStatus,
)
from octavo.protocol import view_items as view
from octavo.protocol.changes import FileChanges
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, SearchCommand
from octavo.protocol.middle_cut import cut_middle

LARGEST_OUTPUT = 1 << 16
"""Bytes of a command's output that are told at its end."""


def call_begins(item: view.Item, call_id: str) -> ToolCallStart:
    """The beginning of an item's call."""
    match item:
        case view.CommandExecution():
            return ToolCallStart(status="in_progress", **command_fields(call_id, item.command, item.cwd, item.parsed))
        case view.FileChange():
            return ToolCallStart(status="in_progress", **patch_fields(call_id, item.changes))
        case view.McpToolCall(invocation=called):
            title = f"{called.server}.{called.tool}"
            return _start(call_id, title, "other", raw_input=called.arguments)
        case view.WebSearch(query=query):
            title = f"Search the web: {query}" if query else "Search the web"
            return _start(call_id, title, "fetch", raw_input={"query": query})
        case view.ImageView(path=path):
            title = f"View {os.path.basename(path)}"
            return _start(call_id, title, "read", locations=(Location(path=path),), raw_input={"path": path})
        case view.ToolCall(tool=tool, arguments=arguments):
            kind: ToolKind = "edit" if tool == "apply_patch" else "other"
            return _start(call_id, tool or "A tool", kind, raw_input=arguments)
        case _:
            raise TypeError(f"no call: {type(item).__name__}")


def call_ends(item: view.Item, call_id: str) -> ToolCallProgress:
    """The end of the same call."""
    status: ToolStatus = "completed" if item.status == "completed" else "failed"
    content: tuple[ToolContent, ...] | None = None
    output: Any = None
    match item:
        case view.CommandExecution():
            output = {"exit_code": item.exit_code}
            content = _output(item.output)
        case view.FileChange():
            output = {"stdout": item.stdout, "stderr": item.stderr}
            if status == "failed" and item.stderr:
                content = (*diffs_of(item.changes), text_content(item.stderr))
        case view.McpToolCall(outcome=outcome) if outcome is not None and outcome.ok is not None:
            content = tuple(passed_on(part) for part in outcome.ok.content)
            output = outcome.ok
        case view.McpToolCall(outcome=outcome) if outcome is not None:
            content = (text_content(outcome.err or ""),)
        case view.ToolCall():
            content = _output(item.output)
    return ToolCallProgress(tool_call_id=call_id, status=status, content=content, raw_output=output)


def command_fields(
    call_id: str, command: tuple[str, ...] | str, cwd: str, parsed: Iterable[ParsedCommand]
) -> dict[str, Any]:
    """What a call and a question say of a command."""
    parts = tuple(parsed)
    return {
        "tool_call_id": call_id,
        "title": command if isinstance(command, str) else shown_script(command),
        "kind": _command_kind(parts),
        "locations": tuple(_read_files(parts, cwd)) or None,
        "raw_input": {"command": command, "cwd": cwd},
    }


def patch_fields(call_id: str, changes: FileChanges) -> dict[str, Any]:
    """What a call and a question say of a patch."""
    diffs = diffs_of(changes)
    return {
        "tool_call_id": call_id,
        "title": f"Edit {', '.join(changes)}",
        "kind": "edit",
        "content": diffs,
        "locations": tuple(Location(path=diff.path) for diff in diffs),
        "raw_input": {"files": tuple(changes)},
    }


def asked_about(fields: dict[str, Any], reason: str | None) -> ToolCallFields:
    """A call as it stands in a question; `reason` says why it is asked."""
    if reason:
        fields = {**fields, "content": (*(fields.get("content") or ()), text_content(reason))}
    return ToolCallFields(status="pending", **fields)


def _start(call_id: str, title: str, kind: ToolKind, **more: Any) -> ToolCallStart:
    return ToolCallStart(tool_call_id=call_id, title=title, kind=kind, status="in_progress", **more)


def _output(text: str) -> tuple[ToolContent, ...]:
    return (text_content(cut_middle(text, LARGEST_OUTPUT)),) if text else ()


def _command_kind(parsed: tuple[ParsedCommand, ...]) -> ToolKind:
    """Reading and searching, as far as a command does nothing else."""
    if parsed and all(isinstance(part, ReadCommand) for part in parsed):
        return "read"
    if parsed and all(isinstance(part, ReadCommand | ListFilesCommand | SearchCommand) for part in parsed):
        return "search"
    return "execute"


def _read_files(parsed: tuple[ParsedCommand, ...], cwd: str) -> Iterable[Location]:
    for part in parsed:
        if isinstance(part, ReadCommand):
            yield Location(path=os.path.normpath(os.path.join(cwd, part.path)))
