"""What was said and done in a saved session, as entries for people to read (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from octavo.commands.quoting import command_line
from octavo.protocol import view_items as view
from octavo.protocol.saved_view import SavedView
from octavo.protocol.view_items import ItemChange
from octavo.rollout.head import REQUEST_MARKER
from octavo.rollout.lines import CompactedLine, kind_of, timestamp_of
from octavo.rollout.read import LoadedRollout, ThreadRolledBack, history_entries

EntryKind = Literal["user", "assistant", "reasoning", "call", "output", "note"]


class Entry(msgspec.Struct, frozen=True):
    """One step. `at` is the time of its line, UTC; `title` is the command or tool of a call, or the exit code."""

    kind: EntryKind
    at: str
    title: str
    text: str


def transcript(rollout: LoadedRollout) -> tuple[Entry, ...]:
    """The session from its first word on, without what was put around the user's words."""
    saved = SavedView()
    return tuple(entry for line in rollout.lines for entry in _entries(line, saved))


def _entries(line: bytes, saved: SavedView) -> Iterator[Entry]:
    at = ""
    for one in history_entries(line):
        at = at or timestamp_of(line)
        match one:
            case CompactedLine(takes_back=True):
                yield Entry("note", at, "the compaction before was taken back", "")
            case CompactedLine(message=message):
                yield Entry("note", at, "what came before was replaced by a summary", message)
            case ThreadRolledBack(num_turns=turns):
                yield Entry("note", at, f"the last {turns} turns were taken back", "")
            case _:
                for change in saved.feed(one):
                    yield from _of_change(change, at)
    if kind_of(line) == "event_msg" and b'"type":"turn_aborted"' in line[:120]:
        yield Entry("note", timestamp_of(line), "interrupted", "")


def _of_change(change: ItemChange, at: str) -> Iterator[Entry]:
    match change.item:
        case view.UserMessage() as said:
            yield _of_user(said, at)
        case view.AgentMessage(texts=texts):
            yield Entry("assistant", at, "", "".join(texts))
        case view.Reasoning(sections=sections):
            if text := "\n\n".join(sections).strip():
                yield Entry("reasoning", at, "", text)
        case view.WebSearch(query=query):
            yield Entry("call", at, "web search", query)
        case view.CommandExecution(tool=tool, command=command) if change.stage == "started":
            yield Entry("call", at, tool, command_line(command))
        case view.ToolCall(tool=tool, arguments=arguments) if change.stage == "started":
            yield Entry("call", at, tool, arguments)
        case view.CommandExecution(output=output, exit_code=code) | view.ToolCall(output=output, exit_code=code):
            yield Entry("output", at, f"exit code {code}" if code else "", output)


def _of_user(said: view.UserMessage, at: str) -> Entry:
    _, marker, request = said.text.partition(REQUEST_MARKER)
    pictures = len(said.images)
    title = f"with {pictures} picture{'s' if pictures > 1 else ''}" if pictures else ""
    return Entry("user", at, title, request.strip() if marker else said.text)
