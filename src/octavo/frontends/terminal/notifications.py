"""Telling a user who looks elsewhere: one sentence to show (`docs/terminal-views.md`, "Notifications").

Nothing is sent while the terminal has the focus, and it has it until it says otherwise; unless the user wants to be
told always. Of several that wait for the next frame the last one counts. No control character is in the text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.widths import graphemes

TURN_COMPLETE, APPROVAL_REQUESTED = "agent-turn-complete", "approval-requested"

_LONGEST_MESSAGE, _LONGEST_COMMAND = 200, 30


class Notifier:
    """What waits to be sent.

    `wanted` is `tui.notifications`: all, none, or the named kinds; `method` and `condition` are the keys beside it.
    """

    def __init__(self, wanted: bool | Sequence[str], method: str = "auto", condition: str = "unfocused") -> None:
        self._wanted = wanted
        self.method, self._always = method, condition == "always"
        self._focused = True
        self._pending: str | None = None

    def focus(self, gained: bool) -> None:
        """The terminal's window got or lost the focus."""
        self._focused = gained

    def turn_complete(self, last_message: str | None) -> None:
        """A turn ended by itself."""
        self._add(TURN_COMPLETE, shortened(one_line(last_message or ""), _LONGEST_MESSAGE) or "The agent is done")

    def command_question(self, command: Sequence[str]) -> None:
        """The agent asks whether a command may run."""
        from octavo.commands.quoting import quote_command

        self._add(
            APPROVAL_REQUESTED, "Approval requested: " + shortened(one_line(quote_command(command)), _LONGEST_COMMAND)
        )

    def patch_question(self, paths: Sequence[str], cwd: str) -> None:
        """The agent asks whether it may change files."""
        what = f"{len(paths)} files" if len(paths) != 1 else one_line(_below(paths[0], cwd))
        self._add(APPROVAL_REQUESTED, f"Codex wants to edit {what}")

    def take(self) -> str | None:
        """The text to be sent with this frame; None for nothing."""
        text, self._pending = self._pending, None
        return None if self._focused and not self._always else text

    def _add(self, kind: str, text: str) -> None:
        if self._wanted is True or (not isinstance(self._wanted, bool) and kind in self._wanted):
            self._pending = text


def shortened(text: str, longest: int) -> str:
    """The text, or its first characters and `...`: never more than `longest` graphemes."""
    clusters = list(graphemes(text))
    return text if len(clusters) <= longest else "".join(clusters[: longest - 3]) + "..."


def _below(path: str, cwd: str) -> str:
    return os.path.relpath(path, cwd) if path.startswith(cwd.rstrip("/") + "/") else path
