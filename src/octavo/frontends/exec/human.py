"""`exec` for people: what happens goes to stderr, the last message alone to stdout (`docs/exec.md`, "Human output")."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from octavo import __version__
from octavo.commands.quoting import command_line
from octavo.frontends.elapsed import elapsed
from octavo.frontends.exec.output import Output, utf8
from octavo.frontends.exec.style import BOLD, CYAN, DIM, GREEN, ITALIC, MAGENTA, RED, Style
from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.item_view import ItemView

_MOST_LINES = 20
_RULE = "--------"
_ABORTS = {
    "interrupted": "task interrupted",
    "replaced": "task aborted: replaced by a new task",
    "review_ended": "task aborted: review ended",
}


class HumanPrinter:
    """Shows blocks of text as things happen, and the tokens and the last message at the end.

    `settings` are the lines of the header, `prompt` is what the user asked. `clock` is
    the one of `ItemView`.
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
        self._view = ItemView(clock)
        self._open_command: str | None = None
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
            events.TurnDiff: self._turn_diff,
        }
        self._items: dict[type[view.Item], Callable[[view.Stage, Any], None]] = {
            view.AgentMessage: self._agent_message,
            view.WebSearch: self._web_search,
            view.CommandExecution: self._command,
            view.McpToolCall: self._mcp_tool_call,
            view.FileChange: self._patch,
            view.Plan: self._plan,
            view.ImageView: self._image,
        }
        if show_reasoning:
            self._handlers[events.AgentReasoningSectionBreak] = lambda _: self._line()
        if show_reasoning or show_raw_reasoning:
            self._items[view.Reasoning] = self._reasoning
        self._shows_sections, self._shows_raw = show_reasoning, show_raw_reasoning

    def __call__(self, event: events.Event) -> None:
        """Queue the text of one event."""
        for change in self._view.feed(event):
            stage, item = change.stage, change.item
            show = self._items.get(type(item))
            if show is not None and item.status != "aborted":
                show(stage, item)
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

    def _agent_message(self, stage: view.Stage, item: view.AgentMessage) -> None:
        for text in item.texts if stage == "completed" else ():
            self._line(self._style("codex", MAGENTA, ITALIC))
            self._line(text)

    def _reasoning(self, stage: view.Stage, item: view.Reasoning) -> None:
        if stage != "completed":
            return
        for text in (*(item.sections if self._shows_sections else ()), *(item.raw if self._shows_raw else ())):
            self._line(self._style("thinking", MAGENTA, ITALIC))
            self._line(text)

    def _plan(self, stage: view.Stage, item: view.Plan) -> None:
        if stage == "completed":  # it looks as it did last
            return
        self._line(self._style("Plan update", MAGENTA))
        if item.explanation and item.explanation.strip():
            self._line(self._style(item.explanation, ITALIC))
        for step in item.steps:
            match step.status:
                case "completed":
                    self._line(f"  {self._style('✓', GREEN)} {step.step}")
                case "in_progress":
                    self._line(f"  {self._style('→', CYAN)} {step.step}")
                case "pending":
                    self._line(f"  {self._style('•', DIM)} {self._style(step.step, DIM)}")

    # --- what the agent does -------------------------------------------------------------------

    def _command(self, stage: view.Stage, item: view.CommandExecution) -> None:
        if stage == "started":
            self._line(self._style("exec", MAGENTA, ITALIC))
            self._output.err(self._command_line(item))
            self._open_command = item.id
            return
        if item.cwd and self._open_command != item.id:
            # Something else was shown since: say again which command this is.
            self._close_line()
            self._output.err(self._command_line(item))
        self._open_command = None
        took = elapsed(item.duration or events.duration(0))
        if item.exit_code == 0:
            self._line(self._style(f" succeeded in {took}:", GREEN))
        else:
            self._line(self._style(f" exited {item.exit_code} in {took}:", RED))
        self._line(self._style("\n".join(_first_lines(item.output)), DIM))

    def _mcp_tool_call(self, stage: view.Stage, item: view.McpToolCall) -> None:
        call = _mcp_call(item.invocation)
        if stage == "started" or item.outcome is None:
            self._line(f"{self._style('tool', MAGENTA)} {self._style(call, BOLD)}")
            return
        good, took = item.status == "completed", elapsed(item.duration or events.duration(0))
        self._line(self._style(f"{call} {'success' if good else 'failed'} in {took}:", GREEN if good else RED))
        if item.outcome.ok is not None:
            pretty = msgspec.json.format(_json(item.outcome.ok), indent=2).decode("utf-8", "replace")
            self._lines(_first_lines(pretty), DIM)
        elif item.outcome.err:
            self._lines(_first_lines(item.outcome.err), DIM)

    def _web_search(self, stage: view.Stage, item: view.WebSearch) -> None:
        if stage == "completed":
            self._line(f"🌐 Searched: {item.query}")

    def _image(self, _: view.Stage, item: view.ImageView) -> None:
        self._line(f"{self._style('viewed image', MAGENTA)} {item.path}")

    def _patch(self, stage: view.Stage, item: view.FileChange) -> None:
        if stage == "started":
            self._patch_begin(item)
            return
        good = item.status == "completed"
        code, color = (0, GREEN) if good else (1, RED)
        if item.duration is None:
            self._line(self._style(f"apply_patch('{item.id}') exited {code}:", color))
        else:
            shown, took = "true" if item.auto_approved else "false", elapsed(item.duration)
            self._line(self._style(f"apply_patch(auto_approved={shown}) exited {code} in {took}:", color))
        self._lines(_lines(item.stdout if good else item.stderr), DIM)

    def _patch_begin(self, item: view.FileChange) -> None:
        self._line(self._style("file update", MAGENTA, ITALIC))
        for path, change in item.changes.items():
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

    def _turn_diff(self, msg: events.TurnDiff) -> None:
        self._line(self._style("file update:", MAGENTA, ITALIC))
        self._line(msg.unified_diff)

    # --- lines ---------------------------------------------------------------------------------

    def _command_line(self, item: view.CommandExecution) -> str:
        return f"{self._style(command_line(item.command), BOLD)} in {item.cwd}"

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


def _first_lines(text: str) -> list[str]:
    """As many of them as are shown; the rest, which may be long, is not looked at."""
    end = -1
    for _ in range(_MOST_LINES):
        end = text.find("\n", end + 1)
        if end < 0:
            return _lines(text)
    return _lines(text[: end + 1])


def _mcp_call(call: events.McpInvocation) -> str:
    arguments = "" if call.arguments is None else _json(call.arguments).decode("utf-8", "replace")
    return f"{call.server}.{call.tool}({arguments})"


def _json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        import json  # only for text that UTF-8 cannot hold

        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()
