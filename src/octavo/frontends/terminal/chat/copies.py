"""What of a conversation can be copied as it was written: answers, their code, commands, changes.

The source is kept, not what is drawn of it, and of each kind the newest few (`docs/terminal.md`, "Copying").
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from octavo.frontends.terminal.cells.command import script_of
from octavo.frontends.terminal.text.blocks import Fence
from octavo.protocol import events
from octavo.protocol.changes import FileChange, FileChanges

_KEPT = 9


class Unit(NamedTuple):
    """Something to copy: what it is, and its text without controls."""

    what: str
    text: str


class Copies:
    """Takes events in; `shown` names files."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown
        self._answers: deque[str] = deque(maxlen=_KEPT)
        self._commands: dict[str, str] = {}
        self._changes: deque[FileChanges] = deque(maxlen=_KEPT)

    def feed(self, msg: events.Msg) -> None:
        """An event of the conversation."""
        match msg:
            case events.AgentMessage(text) if text.strip():
                self._answers.append(text)
            case events.ExecCommandBegin():
                self._commands.pop(msg.call_id, None)
                self._commands[msg.call_id] = script_of(msg.command)
                if len(self._commands) > _KEPT:
                    del self._commands[next(iter(self._commands))]
            case events.PatchApplyBegin():
                self._changes.append(msg.changes)
            case _:
                pass

    def units(self) -> list[Unit]:
        """The last answer, the code of the last one that has any, commands, changes, answers: the newest first."""
        answers = list(reversed(self._answers))
        units = [Unit("the last answer", answers[0])] if answers else []
        code = next((blocks for text in answers if (blocks := code_blocks(text))), [])
        units += [Unit("a code block", block) for block in code]
        units += [Unit("a command", script) for script in reversed(self._commands.values())]
        units += [Unit("a change", "".join(self._diffs(changes))) for changes in reversed(self._changes)]
        units += [Unit("an earlier answer", text) for text in answers[1:]]
        return [Unit(unit.what, without_controls(unit.text)) for unit in units]

    def _diffs(self, changes: FileChanges) -> Iterator[str]:
        for path, change in changes.items():
            yield _diff(self._shown(path), change, self._shown)


def code_blocks(text: str) -> list[str]:
    """What stands between fences, as it was written; in a list without the blanks before the fence."""
    blocks: list[str] = []
    fence: Fence | None = None
    lines: list[str] = []
    indent = 0
    for row in text.splitlines():
        bare = row.lstrip(" ")
        if fence is None:
            fence, lines, indent = Fence.start(bare), [], len(row) - len(bare)
        elif fence.ends(bare):
            blocks.append("\n".join(lines) + "\n")
            fence = None
        else:
            lines.append(row[min(len(row) - len(bare), indent) :])
    return [*blocks, "\n".join(lines) + "\n"] if fence is not None and lines else blocks


def without_controls(text: str) -> str:
    """The text without what would drive a terminal that it is pasted into."""
    plain = text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return "".join(sign for sign in plain if sign in "\n\t" or not (ord(sign) < 32 or 127 <= ord(sign) < 160))


def _diff(name: str, change: FileChange, shown: Callable[[str], str]) -> str:
    if change.add is not None:
        return f"--- /dev/null\n+++ b/{name}\n" + _signed("+", change.add.content)
    if change.delete is not None:
        return f"--- a/{name}\n+++ /dev/null\n" + _signed("-", change.delete.content)
    if change.update is None:
        return ""
    moved = shown(change.update.move_path) if change.update.move_path else name
    diff = change.update.unified_diff
    return f"--- a/{name}\n+++ b/{moved}\n{diff}" + "\n" * (not diff.endswith("\n"))


def _signed(sign: str, content: str) -> str:
    rows = content.splitlines()
    before, after = ("0,0", f"1,{len(rows)}") if sign == "+" else (f"1,{len(rows)}", "0,0")
    return f"@@ -{before} +{after} @@\n" + "".join(f"{sign}{row}\n" for row in rows)
