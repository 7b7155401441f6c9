"""A paste that comes as quick keys, from a terminal that does not bracket it.

A character is typed at once. When the next one follows within 8 ms, the first is taken back and both are collected,
with Enter, until 8 ms pass: then they are one paste. Characters beyond ASCII come in groups from input methods too, so
they are taken back only when the third in a row makes it long or brings a blank. Facts in `docs/terminal-composer.md`,
"Pasting".
"""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.composer.draft import Draft

GAP = 0.008
"""Seconds between two keys, above which they are typed."""
LONG_GAP = 0.050
"""The same once so much was collected that it can be nothing but a paste, which a busy machine may deliver slowly."""
ENTER_WINDOW = 0.120
"""Seconds after a burst in which Enter still belongs to it."""
LONG = 16
SURELY_PASTED = 256


class TakenBack(msgspec.Struct, frozen=True):
    """Go back to this draft: what was typed since is now collected."""

    draft: Draft


class Burst:
    """Watches plain keys."""

    def __init__(self, enabled: bool = True) -> None:
        self._enabled = enabled
        self._last = float("-inf")
        self._open_until = float("-inf")
        self._typed = ""
        self._before: Draft | None = None
        self._collected: list[str] | None = None

    @property
    def deadline(self) -> float | None:
        """When what is collected is a paste, unless another key comes before."""
        return None if self._collected is None else self._last + self._gap

    @property
    def run(self) -> str:
        """What was typed quickly and is not collected, the last character too."""
        return self._typed

    @property
    def _gap(self) -> float:
        return GAP if self._collected is None or len(self._collected) < SURELY_PASTED else LONG_GAP

    def character(self, text: str, now: float, draft: Draft) -> bool | TakenBack:
        """A key that types `text`, `draft` being the one before it. False: let it type; else it is collected."""
        if not self._enabled:
            return False
        quick, self._last = now - self._last <= self._gap, now
        if self._collected is not None:
            self._extend(text, now)
            return True
        if not quick or not self._typed or self._before is None:
            self._typed, self._before = text, draft
            return False
        first, self._typed = self._typed, self._typed + text
        if not (first[0].isascii() and text.isascii()) and not self._is_paste():
            return False
        self._collected, before = [], self._before
        self._extend(self._typed, now)
        self._typed, self._before = "", None
        return TakenBack(before)

    def enter(self, now: float, *, command: bool) -> str | TakenBack:
        """Enter alone: "collected", "newline" when it belongs to a paste all the same, "" when it submits.

        `command` says that the draft is a command, whose Enter is meant when it comes after a burst.
        """
        if not self._enabled:
            return ""
        quick, self._last = now - self._last <= self._gap, now
        if self._collected is not None:
            self._extend("\n", now)
            return "collected"
        if quick and self._typed and self._before is not None:
            before, text, self._typed, self._before = self._before, self._typed, "", None
            self._collected = []
            self._extend(text + "\n", now)
            return TakenBack(before)
        self._typed = ""
        if now > self._open_until or command:
            return ""
        self._open_until = now + ENTER_WINDOW
        return "newline"

    def handled(self, now: float) -> None:
        """Many keys came at once, and dealing with them took until `now`: that time is no gap."""
        if self._collected is not None or self._typed:
            self._last = max(self._last, now)

    def flush(self, now: float = float("inf")) -> str:
        """The paste, once its time has come; without `now`, at once."""
        if self._collected is None or now <= self._last + self._gap:
            return ""
        paste, self._collected = self._collected, None
        return "".join(paste)

    def end(self) -> str:
        """Another key comes, or a bracketed paste: what is collected, and nothing is quick any more."""
        paste = self.flush()
        self._typed, self._before = "", None
        self._last = self._open_until = float("-inf")
        return paste

    def _is_paste(self) -> bool:
        graphemes = len(self._typed)
        return graphemes > 2 and (graphemes >= LONG or any(character.isspace() for character in self._typed))

    def _extend(self, text: str, now: float) -> None:
        if self._collected is not None:
            self._collected.append(text)
        self._open_until = now + ENTER_WINDOW
