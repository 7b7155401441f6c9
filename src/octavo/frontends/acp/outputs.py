"""The output of commands on its way to the client (`docs/acp.md`, "Output").

A client that says so shows it as terminals do, and gets each piece once. Any other gets
the end of what there is so far, seldom enough that it costs little, and all at the end.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

import msgspec

from octavo.frontends.acp.types.content import TerminalContent, text_content
from octavo.frontends.acp.types.updates import ToolCallProgress, ToolCallStart
from octavo.protocol import view_items as view
from octavo.protocol.events import ExecCommandOutputDelta

_SHOWN = 1 << 14
"""Characters of the output of a running command that are told at once."""
_SECONDS = 1.0


class _Output:
    """One command's: what is shown of it, and when it was told last."""

    def __init__(self) -> None:
        self.decode = {name: codecs.getincrementaldecoder("utf-8")("replace").decode for name in ("stdout", "stderr")}
        self.text = ""
        self.size = self.told_size = 0
        self.told_at = float("-inf")


class Outputs:
    """Outputs of the running commands, by the ids of their calls."""

    def __init__(self, terminals: bool, clock: Callable[[], float]) -> None:
        self._terminals, self._clock = terminals, clock
        self._by_call: dict[str, _Output] = {}
        self._shown: set[str] = set()

    def begin(self, start: ToolCallStart, item: view.Item) -> ToolCallStart:
        """The beginning of a call, with a terminal if it is a command's."""
        if not isinstance(item, view.CommandExecution):
            return start
        call_id = start.tool_call_id
        self._by_call[call_id] = _Output()
        if not self._terminals:
            return start
        return msgspec.structs.replace(
            start,
            content=(TerminalContent(terminal_id=call_id),),
            meta={"terminal_info": {"terminal_id": call_id, "cwd": item.cwd}},
        )

    def shown_by_client(self, call_id: str, terminal_id: str) -> ToolCallProgress:
        """The command runs in a terminal of the client's, which shows what it prints."""
        self._by_call.pop(call_id, None)
        self._shown.add(call_id)
        return ToolCallProgress(tool_call_id=call_id, content=(TerminalContent(terminal_id=terminal_id),))

    def piece(self, call_id: str, delta: ExecCommandOutputDelta) -> ToolCallProgress | None:
        """What the client is told of a piece; a character that is split waits for its rest."""
        output = self._by_call.get(call_id)
        text = output.decode[delta.stream](delta.chunk) if output is not None else ""
        if output is None or not text:
            return None
        output.size += len(text)
        if self._terminals:
            news = {"terminal_output": {"terminal_id": call_id, "data": text}}
            return ToolCallProgress(tool_call_id=call_id, meta=news)
        output.text = (output.text + text)[-_SHOWN:]
        now = self._clock()
        if output.size < 2 * output.told_size and now - output.told_at < _SECONDS:
            return None
        output.told_size, output.told_at = output.size, now
        return ToolCallProgress(tool_call_id=call_id, content=(text_content(output.text),))

    def end(self, end: ToolCallProgress, item: view.Item) -> ToolCallProgress:
        """The end of a call; a terminal keeps what it shows."""
        if end.tool_call_id in self._shown:
            return msgspec.structs.replace(end, content=None)
        output = self._by_call.pop(end.tool_call_id, None)
        if output is None or not self._terminals or not isinstance(item, view.CommandExecution):
            return end
        terminal = {"terminal_id": end.tool_call_id}
        # What did not run printed nothing, and its output says why.
        why = {} if output.size or not item.output else {"terminal_output": {**terminal, "data": item.output}}
        ended = {"terminal_exit": {**terminal, "exit_code": item.exit_code, "signal": None}}
        return msgspec.structs.replace(end, content=None, meta={**why, **ended})

    def clear(self) -> None:
        """The turn is over."""
        self._by_call.clear()
        self._shown.clear()
