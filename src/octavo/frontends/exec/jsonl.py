"""`exec --json`: a conversation's events as lines of JSON (`docs/exec.md`, "The event stream")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.commands.quoting import command_line
from octavo.frontends.exec import exec_events as out
from octavo.frontends.exec.output import Output
from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.changes import FileChange
from octavo.protocol.item_view import ItemView
from octavo.protocol.usage import TokenUsage


class JsonLines:
    """Translates events to lines; deltas and all other kinds that have no line are dropped by one lookup.

    `today`: the reader knows what later releases write (`stream_generation`).
    """

    def __init__(self, output: Output, *, today: bool = False) -> None:
        self._output = output
        self._encoder = msgspec.json.Encoder()
        self._view = ItemView()
        self._next_item = 0
        self._numbers: dict[str, str] = {}
        self._today = today
        self._usage = _usage(TokenUsage(), today)
        self._error: str | None = None
        self._handlers: dict[type[events.Msg], Callable[[Any], None]] = {
            events.SessionConfigured: self._session_configured,
            events.TaskStarted: self._task_started,
            events.TaskComplete: self._task_complete,
            events.TokenCount: self._token_count,
            events.Error: self._failed,
            events.StreamError: self._retried,
            events.Warning: self._warning,
        }
        self._items: dict[type[view.Item], Callable[[view.Stage, Any], None]] = {
            view.AgentMessage: self._agent_message,
            view.Reasoning: self._reasoning,
            view.WebSearch: self._web_search,
            view.CommandExecution: self._command,
            view.FileChange: self._file_change,
            view.McpToolCall: self._mcp_tool_call,
            view.Plan: self._plan,
        }

    def __call__(self, event: events.Event) -> None:
        """Queue the lines of one event: items that end with a turn before the end of the turn."""
        for change in self._view.feed(event):
            stage, item = change.stage, change.item
            show = self._items.get(type(item))
            if show is not None and item.status != "aborted":
                show(stage, item)
        handler = self._handlers.get(type(event.msg))
        if handler is not None:
            handler(event.msg)

    def finish(self) -> None:
        """Nothing follows the last event."""

    # --- the thread and its turns -----------------------------------------------------

    def _session_configured(self, msg: events.SessionConfigured) -> None:
        self._write(out.ThreadStarted(msg.session_id))

    def _task_started(self, _: events.TaskStarted) -> None:
        self._error = None
        self._write(out.TurnStarted())

    def _task_complete(self, _: events.TaskComplete) -> None:
        if self._error is None:
            self._write(out.TurnCompleted(self._usage))
        else:
            self._write(out.TurnFailed(out.Message(self._error)))

    def _token_count(self, msg: events.TokenCount) -> None:
        if msg.info is not None:
            self._usage = _usage(msg.info.total_token_usage, self._today)

    def _failed(self, msg: events.Error) -> None:
        self._error = msg.message
        self._write(out.ErrorEvent(msg.message))

    def _retried(self, msg: events.StreamError) -> None:
        self._write(out.ErrorEvent(msg.message))

    def _warning(self, msg: events.Warning) -> None:
        self._write(out.ItemCompleted(out.ErrorItem(id=self._new_number(), message=msg.message)))

    # --- items that come whole --------------------------------------------------------

    def _agent_message(self, stage: view.Stage, item: view.AgentMessage) -> None:
        for text in item.texts if stage == "completed" else ():
            self._write(out.ItemCompleted(out.AgentMessageItem(id=self._new_number(), text=text)))

    def _reasoning(self, stage: view.Stage, item: view.Reasoning) -> None:
        for text in item.sections if stage == "completed" else ():
            self._write(out.ItemCompleted(out.ReasoningItem(id=self._new_number(), text=text)))

    def _web_search(self, stage: view.Stage, item: view.WebSearch) -> None:
        if self._today:
            if stage == "completed" and item.id not in self._numbers:  # some services tell of the end alone
                self._web_search("started", item)
            action = out.SearchAction(item.query)
            self._show(stage, out.WebSearchItem(id=self._number(stage, item), query=item.query, action=action))
        elif stage == "completed":
            self._write(out.ItemCompleted(out.WebSearchItem(id=self._new_number(), query=item.query)))

    def _file_change(self, stage: view.Stage, item: view.FileChange) -> None:
        if not item.changes or not (self._today or stage == "completed"):
            return  # nobody knows what a patch without a beginning changed
        changes = tuple(_changed_file(path, change) for path, change in item.changes.items())
        shown = out.FileChangeItem(id=self._number(stage, item), changes=changes, status=_status(item.status))
        self._show(stage, shown)

    # --- items with a beginning and an end ---------------------------------------------

    def _command(self, stage: view.Stage, item: view.CommandExecution) -> None:
        if stage == "completed" and item.id not in self._numbers:  # nobody knows which command this was
            return
        shown = out.CommandExecutionItem(
            id=self._number(stage, item),
            command=command_line(item.command),
            aggregated_output=item.output,
            exit_code=item.exit_code,
            status=_status(item.status),
        )
        self._show(stage, shown)

    def _mcp_tool_call(self, stage: view.Stage, item: view.McpToolCall) -> None:
        call, outcome = item.invocation, item.outcome
        result = error = None
        if outcome is not None and outcome.ok is not None:
            structured = outcome.ok.structured_content
            result = out.McpResult(outcome.ok.content, None if structured is msgspec.UNSET else structured)
        elif outcome is not None and outcome.err is not None:
            error = out.Message(outcome.err)
        shown = out.McpToolCallItem(
            id=self._number(stage, item),
            server=call.server,
            tool=call.tool,
            arguments=call.arguments,
            result=result,
            error=error,
            status=_status(item.status),
        )
        self._show(stage, shown)

    def _plan(self, stage: view.Stage, item: view.Plan) -> None:
        steps = tuple(out.TodoStep(step.step, step.status == "completed") for step in item.steps)
        self._show(stage, out.TodoListItem(id=self._number(stage, item), items=steps))

    def _show(self, stage: view.Stage, item: out.Item) -> None:
        self._write(_EVENTS[stage](item))

    # --- numbers -----------------------------------------------------------------------------

    def _number(self, stage: view.Stage, item: view.Item) -> str:
        """The item's number in the stream, from its beginning to its end."""
        number = self._numbers.get(item.id) or self._new_number()
        if stage == "completed":
            self._numbers.pop(item.id, None)
        else:
            self._numbers[item.id] = number
        return number

    def _new_number(self) -> str:
        number, self._next_item = self._next_item, self._next_item + 1
        return f"item_{number}"

    # --- lines -----------------------------------------------------------------------------

    def _write(self, event: out.ThreadEvent) -> None:
        try:
            line = self._encoder.encode(event)
        except UnicodeEncodeError:
            line = self._encoder.encode(_without_surrogates(msgspec.to_builtins(event)))
        self._output.out(line + b"\n")


_EVENTS: Mapping[view.Stage, Callable[[out.Item], out.ThreadEvent]] = {
    "started": out.ItemStarted,
    "updated": out.ItemUpdated,
    "completed": out.ItemCompleted,
}


def _usage(total: TokenUsage, today: bool) -> out.Usage:
    return out.Usage(
        total.input_tokens,
        total.cached_input_tokens,
        0 if today else UNSET,  # no service tells what writing to its cache took
        total.output_tokens,
        total.reasoning_output_tokens if today else UNSET,
    )


def _status(status: view.Status) -> out.Status:
    return "failed" if status == "aborted" else status


def _changed_file(path: str, change: FileChange) -> out.ChangedFile:
    return out.ChangedFile(path, "add" if change.add else "delete" if change.delete else "update")


def _without_surrogates(value: Any) -> Any:
    """The same JSON value with a replacement for each half of a character, which UTF-8 cannot hold."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_without_surrogates(key): _without_surrogates(below) for key, below in value.items()}
        case list() | tuple():
            return [_without_surrogates(below) for below in value]
        case _:
            return value
