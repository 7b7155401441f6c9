"""What changes is told once, in a sentence: what works, what waits, what a key asks for."""

from __future__ import annotations

from octavo.frontends.terminal.cells.command import CommandCell
from octavo.frontends.terminal.cells.tools import McpCell
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.status import RUNNING
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.footer import shortcut_rows
from octavo.frontends.terminal.plain.calls import begun_words, seconds_text, tool_begun
from octavo.frontends.terminal.text.clean import one_short_line

_LONGEST = 200
_HINTS = {"ctrl-c": "Press Ctrl+C again to {end}.", "backtrack": "Press Escape again to edit an earlier message."}


class Telling:
    """What was told so far."""

    def __init__(self) -> None:
        self._header = ""
        self._since: float | None = None  # None where nobody has looked while the turn ran
        self._ends = 0
        self._live: set[str] = set()
        self._waits: list[object] = []
        self._told: list[object] = []
        self._hint = ""
        self._shortcuts = False

    def works(self, chat: Chat, now: float) -> list[str]:
        """The turn has begun, or does something else now."""
        status = chat.status(now)
        header = "" if status is None or status.header == RUNNING else status.header.rstrip(".… ")
        if not header or header == self._header:
            return []
        if not self._header:
            self._since = now
        self._header = header
        return [f"{header}."]

    def done(self, chat: Chat, now: float) -> list[str]:
        """The turn is over; how one ends that failed or was stopped is told elsewhere."""
        if chat.ends == self._ends:
            return []
        self._ends, self._header = chat.ends, ""
        since, self._since = self._since, None
        if chat.last_end != "completed":
            return []
        return [f"Done after {seconds_text(int(now - (now if since is None else since)))}."]

    def live(self, chat: Chat) -> list[str]:
        """A command or a tool has begun."""
        match chat.live():
            case CommandCell(script) if script not in self._live:
                self._live.add(script)
                return begun_words(script)
            case McpCell() as call if (said := tool_begun(call)) not in self._live:
                self._live.add(said)
                return [said]
        return []

    def was_begun(self, script: str) -> bool:
        """Whether it was told that this command runs; it has ended now."""
        was = script in self._live
        self._live.discard(script)
        return was

    @property
    def has_others(self) -> bool:
        """Whether others are told to run."""
        return bool(self._live)

    def queue(self, composer: Composer, *, is_open: bool) -> list[str]:
        """Messages wait for the end of the turn, or for the model to hear them.

        Those that wait until the session `is_open` are said when they are sent, at once.
        """
        waits, told = list(composer.waiting.queue), list(composer.waiting.told)
        new = [one for one in waits if not any(one is old for old in self._waits)]
        new = new if is_open else []
        said = [f"Waits for the end of this turn: {one_short_line(one.draft.text, _LONGEST)}" for one in new]
        new = [one for one in told if not any(one is old for old in self._told)]
        said += [f"The model hears it with its next step: {one_short_line(one.draft.text, _LONGEST)}" for one in new]
        self._waits, self._told = list(waits), list(told)
        return said

    def keys(self, composer: Composer) -> list[str]:
        """What the last key asks for, or the keys that there are."""
        hint, self._hint = self._hint, composer.hint
        said = []
        if composer.hint and composer.hint != hint:
            said.append(_HINTS[composer.hint].format(end="interrupt" if composer.busy else "quit"))
        shortcuts, self._shortcuts = self._shortcuts, composer.shortcuts
        if composer.shortcuts and not shortcuts:
            said += [row.text.strip() for row in shortcut_rows(1, composer.keys, enhanced=False, primed=False)]
        return said
