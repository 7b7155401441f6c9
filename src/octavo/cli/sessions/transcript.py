"""What was said and done in a saved session, as entries for people to read (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from octavo.commands.quoting import quote_command
from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    InputImage,
    LocalShellCall,
    Message,
    Reasoning,
    WebSearchCall,
    message_text,
)
from octavo.protocol.session_prefix import is_session_prefix
from octavo.rollout.head import REQUEST_MARKER
from octavo.rollout.lines import CompactedLine, kind_of, timestamp_of
from octavo.rollout.read import HistoryLine, LoadedRollout, ThreadRolledBack, history_entries

EntryKind = Literal["user", "assistant", "reasoning", "call", "output", "note"]


class Entry(msgspec.Struct, frozen=True):
    """One step. `at` is the time of its line, UTC; `title` is the command or tool of a call, or the exit code."""

    kind: EntryKind
    at: str
    title: str
    text: str


def transcript(rollout: LoadedRollout) -> tuple[Entry, ...]:
    """The session from its first word on, without what was put around the user's words."""
    return tuple(entry for line in rollout.lines for entry in _entries(line))


def _entries(line: bytes) -> Iterator[Entry]:
    at = ""
    for one in history_entries(line):
        at = at or timestamp_of(line)
        yield from _of_history(one, at)
    if kind_of(line) == "event_msg" and b'"type":"turn_aborted"' in line[:120]:
        yield Entry("note", timestamp_of(line), "interrupted", "")


def _of_history(one: HistoryLine, at: str) -> Iterator[Entry]:
    match one:
        case Message():
            yield from _of_message(one, at)
        case Reasoning(summary=summary):
            if text := "\n\n".join(part.text for part in summary).strip():
                yield Entry("reasoning", at, "", text)
        case FunctionCall(name=name, arguments=arguments):
            yield _of_function_call(name, arguments, at)
        case LocalShellCall(action=action):
            yield Entry("call", at, "shell", quote_command(action.command))
        case CustomToolCall(name=name, input=text):
            yield Entry("call", at, name, text)
        case FunctionCallOutput(output=output) | CustomToolCallOutput(output=output):
            yield _of_output(output, at)
        case WebSearchCall(action=action):
            yield Entry("call", at, "web search", action.query or "")
        case CompactedLine(message=message):
            yield Entry("note", at, "what came before was replaced by a summary", message)
        case ThreadRolledBack(num_turns=turns):
            yield Entry("note", at, f"the last {turns} turns were taken back", "")


def _of_message(message: Message, at: str) -> Iterator[Entry]:
    if message.role == "assistant":
        yield Entry("assistant", at, "", message_text(message))
    elif message.role == "user" and not is_session_prefix(message):
        text = message_text(message)
        _, marker, request = text.partition(REQUEST_MARKER)
        pictures = sum(isinstance(part, InputImage) for part in message.content)
        title = f"with {pictures} picture{'s' if pictures > 1 else ''}" if pictures else ""
        yield Entry("user", at, title, request.strip() if marker else text)


def _of_function_call(name: str, arguments: str, at: str) -> Entry:
    given = _object(arguments)
    command = given.get("command", given.get("cmd")) if given is not None else None
    if isinstance(command, str):
        return Entry("call", at, name, command)
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return Entry("call", at, name, quote_command(command))
    return Entry("call", at, name, arguments)


def _of_output(output: str | tuple[Any, ...], at: str) -> Entry:
    if not isinstance(output, str):
        return Entry(
            "output", at, "", "".join("[picture]" if isinstance(one, InputImage) else one.text for one in output)
        )
    given = _object(output)
    text = given.get("output") if given is not None else None
    if given is None or not isinstance(text, str):
        return Entry("output", at, "", output)
    about = given.get("metadata")
    code = about.get("exit_code") if isinstance(about, dict) else None
    return Entry("output", at, f"exit code {code}" if code else "", text)


def _object(text: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
