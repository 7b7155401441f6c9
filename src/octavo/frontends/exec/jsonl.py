"""`exec --json`: a conversation's events as lines of JSON (`docs/exec.md`, "The event stream")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from octavo.commands.quoting import quote_command
from octavo.frontends.exec import exec_events as out
from octavo.frontends.exec.output import Output
from octavo.protocol import events
from octavo.protocol.changes import FileChange


class JsonLines:
    """Translates events to lines; deltas and all other kinds that have no line are dropped by one lookup."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._encoder = msgspec.json.Encoder()
        self._next_item = 0
        self._commands: dict[str, out.CommandExecutionItem] = {}
        self._mcp_calls: dict[str, str] = {}
        self._patches: dict[str, events.PatchApplyBegin] = {}
        self._plan: out.TodoListItem | None = None
        self._usage = out.Usage()
        self._error: str | None = None
        self._handlers: dict[type[events.Msg], Callable[[Any], None]] = {
            events.SessionConfigured: self._session_configured,
            events.TaskStarted: self._task_started,
            events.TaskComplete: self._task_complete,
            events.TokenCount: self._token_count,
            events.Error: self._failed,
            events.StreamError: self._retried,
            events.Warning: self._warning,
            events.AgentMessage: self._agent_message,
            events.AgentReasoning: self._agent_reasoning,
            events.WebSearchEnd: self._web_search_end,
            events.ExecCommandBegin: self._command_begin,
            events.ExecCommandEnd: self._command_end,
            events.PatchApplyBegin: self._patch_begin,
            events.PatchApplyEnd: self._patch_end,
            events.McpToolCallBegin: self._mcp_begin,
            events.McpToolCallEnd: self._mcp_end,
            events.PlanUpdate: self._plan_update,
        }

    def __call__(self, event: events.Event) -> None:
        """Queue the lines of one event."""
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
        if self._plan is not None:
            self._write(out.ItemCompleted(self._plan))
            self._plan = None
        if self._error is None:
            self._write(out.TurnCompleted(self._usage))
        else:
            self._write(out.TurnFailed(out.Message(self._error)))

    def _token_count(self, msg: events.TokenCount) -> None:
        if msg.info is not None:
            total = msg.info.total_token_usage
            self._usage = out.Usage(total.input_tokens, total.cached_input_tokens, total.output_tokens)

    def _failed(self, msg: events.Error) -> None:
        self._error = msg.message
        self._write(out.ErrorEvent(msg.message))

    def _retried(self, msg: events.StreamError) -> None:
        self._write(out.ErrorEvent(msg.message))

    # --- items that come whole --------------------------------------------------------

    def _warning(self, msg: events.Warning) -> None:
        self._write(out.ItemCompleted(out.ErrorItem(id=self._new_id(), message=msg.message)))

    def _agent_message(self, msg: events.AgentMessage) -> None:
        self._write(out.ItemCompleted(out.AgentMessageItem(id=self._new_id(), text=msg.message)))

    def _agent_reasoning(self, msg: events.AgentReasoning) -> None:
        self._write(out.ItemCompleted(out.ReasoningItem(id=self._new_id(), text=msg.text)))

    def _web_search_end(self, msg: events.WebSearchEnd) -> None:
        self._write(out.ItemCompleted(out.WebSearchItem(id=self._new_id(), query=msg.query)))

    # --- items with a beginning and an end ---------------------------------------------

    def _command_begin(self, msg: events.ExecCommandBegin) -> None:
        item = out.CommandExecutionItem(id=self._new_id(), command=quote_command(msg.command))
        self._commands[msg.call_id] = item
        self._write(out.ItemStarted(item))

    def _command_end(self, msg: events.ExecCommandEnd) -> None:
        begun = self._commands.pop(msg.call_id, None)
        if begun is None:
            return
        item = out.CommandExecutionItem(
            id=begun.id,
            command=begun.command,
            aggregated_output=msg.aggregated_output,
            exit_code=msg.exit_code,
            status="completed" if msg.exit_code == 0 else "failed",
        )
        self._write(out.ItemCompleted(item))

    def _patch_begin(self, msg: events.PatchApplyBegin) -> None:
        self._patches[msg.call_id] = msg

    def _patch_end(self, msg: events.PatchApplyEnd) -> None:
        begun = self._patches.pop(msg.call_id, None)
        if begun is None:
            return
        item = out.FileChangeItem(
            id=self._new_id(),
            changes=tuple(_changed_file(path, change) for path, change in begun.changes.items()),
            status="completed" if msg.success else "failed",
        )
        self._write(out.ItemCompleted(item))

    def _mcp_begin(self, msg: events.McpToolCallBegin) -> None:
        call = msg.invocation
        item_id = self._mcp_calls[msg.call_id] = self._new_id()
        self._write(
            out.ItemStarted(
                out.McpToolCallItem(id=item_id, server=call.server, tool=call.tool, arguments=call.arguments)
            )
        )

    def _mcp_end(self, msg: events.McpToolCallEnd) -> None:
        call, outcome = msg.invocation, msg.result
        result = error = None
        failed = True
        if outcome.ok is not None:
            structured = outcome.ok.structured_content
            result = out.McpResult(outcome.ok.content, None if structured is msgspec.UNSET else structured)
            failed = outcome.ok.is_error is True
        elif outcome.err is not None:
            error = out.Message(outcome.err)
        item = out.McpToolCallItem(
            id=self._mcp_calls.pop(msg.call_id, "") or self._new_id(),
            server=call.server,
            tool=call.tool,
            arguments=call.arguments,
            result=result,
            error=error,
            status="failed" if failed else "completed",
        )
        self._write(out.ItemCompleted(item))

    def _plan_update(self, msg: events.PlanUpdate) -> None:
        steps = tuple(out.TodoStep(step.step, step.status == "completed") for step in msg.plan)
        if self._plan is None:
            self._plan = out.TodoListItem(id=self._new_id(), items=steps)
            self._write(out.ItemStarted(self._plan))
        else:
            self._plan = out.TodoListItem(id=self._plan.id, items=steps)
            self._write(out.ItemUpdated(self._plan))

    # --- lines -----------------------------------------------------------------------------

    def _new_id(self) -> str:
        number, self._next_item = self._next_item, self._next_item + 1
        return f"item_{number}"

    def _write(self, event: out.ThreadEvent) -> None:
        try:
            line = self._encoder.encode(event)
        except UnicodeEncodeError:
            line = self._encoder.encode(_without_surrogates(msgspec.to_builtins(event)))
        self._output.out(line + b"\n")


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
