"""A message that comes in pieces, and the events that wait for its end.

While one is streamed, nothing else is printed: what is held back is handed on after its last line, in the order in
which it came. A question is not held up for long by a message that nobody ends. See `docs/terminal-cells.md`,
"Streaming".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from octavo.frontends.terminal.chat.message import Message
from octavo.frontends.terminal.text.wrapping import Flow
from octavo.protocol import events

QUESTIONS = (events.ExecApprovalRequest, events.ApplyPatchApprovalRequest)
"""What asks the user."""

_SILENCE = 2.0
"""Seconds after which a message that nobody ended does not hold up a question any longer."""

Say = Callable[[Message, list[Flow], float], None]
HandOn = Callable[[events.Event, float], None]


class Stream:
    """At most one message at a time: `say` prints some of its lines, `hand_on` does what an event that waited asks."""

    def __init__(self, say: Say, hand_on: HandOn) -> None:
        self._say, self._hand_on = say, hand_on
        self._message: Message | None = None
        self._held: deque[events.Event] = deque()

    # --- what comes in ---

    def add(self, delta: str, now: float) -> None:
        """The next piece; the first one begins the message."""
        if self._message is None:
            if self._held:
                self._release(now)
            self._message = Message(now)
        self._message.add(delta, now)
        self.tick(now)

    def hold(self, event: events.Event) -> None:
        """Let this event wait for the end of the message."""
        self._held.append(event)

    def end(self, now: float) -> None:
        """Print the rest of the message, if there is one, and hand on what waited."""
        message, self._message = self._message, None
        if message is not None and (lines := message.rest()):
            self._say(message, lines, now)
        self._release(now)

    def drop_questions(self, but: set[str]) -> None:
        """Questions that wait are void, but for those of these submissions."""
        self._held = deque(one for one in self._held if one.id in but or not isinstance(one.msg, QUESTIONS))

    def tick(self, now: float) -> None:
        """Time has passed: print the lines that are due."""
        message = self._message
        if message is None:
            return
        if lines := message.lines_due(now):
            self._say(message, lines, now)
        if self._holds_question and now >= message.last_delta + _SILENCE:
            self.end(now)

    # --- how it stands ---

    @property
    def is_open(self) -> bool:
        """Whether a message comes in pieces and is not whole yet."""
        return self._message is not None

    @property
    def is_between_paragraphs(self) -> bool:
        """Whether what was printed of the message ends with a whole paragraph."""
        return self._message is not None and self._message.is_between

    @property
    def holds_back(self) -> bool:
        """Whether an event has to wait, for the message or behind others that wait."""
        return self._message is not None or bool(self._held)

    @property
    def wakes_at(self) -> float | None:
        """When `tick` has something to do."""
        message = self._message
        if message is None:
            return None
        times = [message.due] if message.due is not None else []
        if self._holds_question:
            times.append(message.last_delta + _SILENCE)
        return min(times, default=None)

    @property
    def _holds_question(self) -> bool:
        return any(isinstance(event.msg, QUESTIONS) for event in self._held)

    def _release(self, now: float) -> None:
        held, self._held = self._held, deque()
        for event in held:
            self._hand_on(event, now)
