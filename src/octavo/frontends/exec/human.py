"""`exec` for people: what happens goes to stderr, the last message alone to stdout (`docs/exec.md`, "Human output")."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from octavo import __version__
from octavo.commands.quoting import quote_command
from octavo.frontends.elapsed import elapsed
from octavo.frontends.exec.output import Output, utf8
from octavo.frontends.exec.style import BOLD, CYAN, DIM, GREEN, ITALIC, MAGENTA, RED, Style
from octavo.protocol import events

_MOST_LINES = 20
_RULE = "--------"
_ABORTS = {
    "interrupted": "task interrupted",
    "replaced": "task aborted: replaced by a new task",
    "review_ended": "task aborted: review ended",
}


class HumanPrinter:
    """Shows blocks of text as things happen, and the tokens and the last message at the end.

    `settings` are the lines of the header, `prompt` is what the user asked. `clock`
    tells seconds, for patches, whose events hold no duration.
    """

    def __init__(
        self,
        output: Output,
        style: Style,
        settings: Iterable[tuple[str, str]],
        prompt: str,
        *,
        show_reasoning: bool = True,
        show_raw_reasoning: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = output
        self._style = style
        self._settings = tuple(settings)
        self._prompt = prompt
        self._clock = clock
        self._open_command: str | None = None
        self._commands: dict[str, events.ExecCommandBegin] = {}
        self._patches: dict[str, tuple[bool, float]] = {}
        self._tokens: int | None = None
        self._last_message: str | None = None
        self._handlers: dict[type[events.Msg], Callable[[Any], None]] = {
            events.SessionConfigured: self._header,
            events.TaskComplete: self._task_complete,
            events.TurnAborted: self._turn_aborted,
            events.TokenCount: self._token_count,
            events.Error: self._error,
            events.Warning: self._warning,
            events.DeprecationNotice: self._deprecation,
            events.BackgroundEvent: self._remark,
            events.StreamError: self._remark,
            events.AgentMessage: self._agent_message,
            events.WebSearchEnd: self._web_search_end,
            events.ExecCommandBegin: self._command_begin,
            events.ExecCommandEnd: self._command_end,
            events.McpToolCallBegin: self._mcp_begin,
            events.McpToolCallEnd: self._mcp_end,
            events.PatchApplyBegin: self._patch_begin,
            events.PatchApplyEnd: self._patch_end,
            events.TurnDiff: self._turn_diff,
            events.PlanUpdate: self._plan_update,
            events.ViewImageToolCall: self._view_image,
        }
        if show_reasoning:
            self._handlers[events.AgentReasoning] = self._reasoning
            self._handlers[events.AgentReasoningSectionBreak] = lambda _: self._line()
        if show_raw_reasoning:
            self._handlers[events.AgentReasoningRawContent] = self._reasoning

    def __call__(self, event: events.Event) -> None:
        """Queue the text of one event."""
        handler = self._handlers.get(type(event.msg))
        if handler is not None:
            handler(event.msg)

    def finish(self) -> None:
        """The tokens, and the last message on stdout, with a line break only if it has none itself."""
        if self._tokens is not None:
            self._line(self._style("tokens used", MAGENTA, ITALIC))
            self._line(f"{self._tokens:,}")
        message = self._last_message
        if message is not None:
            self._output.out(utf8(message if message.endswith("\n") else message + "\n"))

    # --- the run ----------------------------------------------------------------------------

    def _header(self, msg: events.SessionConfigured) -> None:
        self._line(f"Octavo v{__version__}")
        self._line(_RULE)
        for key, value in (*self._settings, ("session id", msg.session_id)):
            self._line(f"{self._style(key + ':', BOLD)} {value}")
        self._line(_RULE)
        self._line(self._style("user", CYAN))
        self._line(self._prompt)

    def _task_complete(self, msg: events.TaskComplete) -> None:
        self._last_message = msg.last_agent_message

    def _turn_aborted(self, msg: events.TurnAborted) -> None:
        self._line(_ABORTS[msg.reason])

    def _token_count(self, msg: events.TokenCount) -> None:
        if msg.info is not None:
            self._tokens = msg.info.total_token_usage.blended

    def _error(self, msg: events.Error) -> None:
        self._line(f"{self._style('ERROR:', RED)} {msg.message}")

    def _warning(self, msg: events.Warning) -> None:
        self._line(f"{self._style('warning:', BOLD, MAGENTA)} {msg.message}")

    def _deprecation(self, msg: events.DeprecationNotice) -> None:
        self._line(f"{self._style('deprecated:', BOLD, MAGENTA)} {msg.summary}")
        if isinstance(msg.details, str):
            self._line(f"  {self._style(msg.details, DIM)}")

    def _remark(self, msg: events.BackgroundEvent | events.StreamError) -> None:
        self._line(self._style(msg.message, DIM))

    # --- what the agent says -----------------------------------------------------------------

    def _agent_message(self, msg: events.AgentMessage) -> None:
        self._line(self._style("codex", MAGENTA, ITALIC))
        self._line(msg.message)

    def _reasoning(self, msg: events.AgentReasoning | events.AgentReasoningRawContent) -> None:
        self._line(self._style("thinking", MAGENTA, ITALIC))
        self._line(msg.text)

    def _plan_update(self, msg: events.PlanUpdate) -> None:
        self._line(self._style("Plan update", MAGENTA))
        if msg.explanation and msg.explanation.strip():
            self._line(self._style(msg.explanation, ITALIC))
        for step in msg.plan:
            match step.status:
                case "completed":
                    self._line(f"  {self._style('✓', GREEN)} {step.step}")
                case "in_progress":
                    self._line(f"  {self._style('→', CYAN)} {step.step}")
                case "pending":
                    self._line(f"  {self._style('•', DIM)} {self._style(step.step, DIM)}")

    # --- what the agent does -------------------------------------------------------------------

    def _command_begin(self, msg: events.ExecCommandBegin) -> None:
        self._commands[msg.call_id] = msg
        self._line(self._style("exec", MAGENTA, ITALIC))
        self._output.err(self._command_line(msg))
        self._open_command = msg.call_id

    def _command_end(self, msg: events.ExecCommandEnd) -> None:
        begun = self._commands.pop(msg.call_id, None)
        if begun is not None and self._open_command != msg.call_id:
            # Something else was shown since: say again which command this is.
            self._close_line()
            self._output.err(self._command_line(begun))
        self._open_command = None
        took = elapsed(msg.duration)
        if msg.exit_code == 0:
            self._line(self._style(f" succeeded in {took}:", GREEN))
        else:
            self._line(self._style(f" exited {msg.exit_code} in {took}:", RED))
        self._line(self._style("\n".join(_lines(msg.aggregated_output)[:_MOST_LINES]), DIM))

    def _mcp_begin(self, msg: events.McpToolCallBegin) -> None:
        self._line(f"{self._style('tool', MAGENTA)} {self._style(_mcp_call(msg.invocation), BOLD)}")

    def _mcp_end(self, msg: events.McpToolCallEnd) -> None:
        result = msg.result.ok
        good = result is not None and result.is_error is not True
        title = f"{_mcp_call(msg.invocation)} {'success' if good else 'failed'} in {elapsed(msg.duration)}:"
        self._line(self._style(title, GREEN if good else RED))
        if result is not None:
            pretty = msgspec.json.format(_json(result), indent=2).decode("utf-8", "replace")
            self._lines(_lines(pretty)[:_MOST_LINES], DIM)

    def _web_search_end(self, msg: events.WebSearchEnd) -> None:
        self._line(f"🌐 Searched: {msg.query}")

    def _view_image(self, msg: events.ViewImageToolCall) -> None:
        self._line(f"{self._style('viewed image', MAGENTA)} {msg.path}")

    def _patch_begin(self, msg: events.PatchApplyBegin) -> None:
        self._patches[msg.call_id] = (msg.auto_approved, self._clock())
        self._line(self._style("file update", MAGENTA, ITALIC))
        for path, change in msg.changes.items():
            if change.add is not None:
                self._line(self._style(f"A {path}", MAGENTA))
                self._lines(_lines(change.add.content), GREEN)
            elif change.delete is not None:
                self._line(self._style(f"D {path}", MAGENTA))
                self._lines(_lines(change.delete.content), RED)
            elif change.update is not None:
                target = change.update.move_path
                self._line(self._style(f"R {path} -> {target}" if target else f"M {path}", MAGENTA))
                for line in _lines(change.update.unified_diff):
                    self._diff_line(line)

    def _patch_end(self, msg: events.PatchApplyEnd) -> None:
        begun = self._patches.pop(msg.call_id, None)
        code = 0 if msg.success else 1
        color = GREEN if msg.success else RED
        if begun is None:
            self._line(self._style(f"apply_patch('{msg.call_id}') exited {code}:", color))
        else:
            took = elapsed(events.duration(self._clock() - begun[1]))
            shown = "true" if begun[0] else "false"
            self._line(self._style(f"apply_patch(auto_approved={shown}) exited {code} in {took}:", color))
        self._lines(_lines(msg.stdout if msg.success else msg.stderr), DIM)

    def _turn_diff(self, msg: events.TurnDiff) -> None:
        self._line(self._style("file update:", MAGENTA, ITALIC))
        self._line(msg.unified_diff)

    # --- lines ---------------------------------------------------------------------------------

    def _command_line(self, msg: events.ExecCommandBegin) -> str:
        return f"{self._style(quote_command(msg.command), BOLD)} in {msg.cwd}"

    def _diff_line(self, line: str) -> None:
        color = {"+": GREEN, "-": RED}.get(line[:1])
        self._line(self._style(line, color) if color else line)

    def _lines(self, lines: Iterable[str], *codes: str) -> None:
        for line in lines:
            self._line(self._style(line, *codes))

    def _line(self, text: str = "") -> None:
        self._close_line()
        self._output.err(text + "\n")

    def _close_line(self) -> None:
        if self._open_command is not None:
            self._open_command = None
            self._output.err("\n")


def _lines(text: str) -> list[str]:
    """Lines ended by a line feed, with or without a carriage return; no other character ends one."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _mcp_call(call: events.McpInvocation) -> str:
    arguments = "" if call.arguments is None else _json(call.arguments).decode("utf-8", "replace")
    return f"{call.server}.{call.tool}({arguments})"


def _json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        import json  # only for text that UTF-8 cannot hold

        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()
