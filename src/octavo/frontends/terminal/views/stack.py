"""The views that stand in the composer's place, one over the other, and the questions that wait for their turn."""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.terminal.effects.screen import OpenView, QuitHint, ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.views.view import Cursor, Outcome, View, is_ctrl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect


class ViewStack:
    """Only the top one is seen and gets keys. Questions are asked one after another, first come, first served."""

    def __init__(self, keys: Keymap = DEFAULT) -> None:
        self._keys = keys
        self._views: list[View] = []
        self._waiting: list[View] = []
        self._drawn: View | None = None

    @property
    def top(self) -> View | None:
        """The view that is seen; None while the composer is."""
        return self._views[-1] if self._views else None

    @property
    def has_question(self) -> bool:
        """Whether the agent waits for the user."""
        return any(view.is_question for view in self._views)

    def push(self, view: View, now: float) -> None:
        """Put a view over the others. A question goes on top of lists, but waits behind another question."""
        view.keys = self._keys
        if view.is_question and self.has_question:
            self._waiting.append(view)
            return
        if not view.is_question and self.has_question:
            self._views.insert(len(self._views) - 1, view)
            return
        self._views.append(view)

    def drawn(self, now: float) -> None:
        """The top view is on the screen. A view that was never drawn is not seen yet, however long it has waited."""
        if self.top is not self._drawn:
            self._drawn = self.top
            self.appear(now)

    def appear(self, now: float) -> None:
        """The top view is seen again, after something stood over it."""
        if self._views:
            self._views[-1].appear(now)

    def drop_questions(self, is_wanted: Callable[[View], bool], now: float) -> None:
        """Drop those whose answers nobody waits for any more: what asked has ended."""
        self._waiting = [view for view in self._waiting if is_wanted(view)]
        kept = [view for view in self._views if not view.is_question or is_wanted(view)]
        if len(kept) < len(self._views):
            self._views = kept
            if self._waiting and not self.has_question:
                self._views.append(self._waiting.pop(0))
            self.appear(now)

    def handle(self, event: Key | Paste, now: float) -> tuple[Effect, ...]:
        """Give an input to the top view; what it wants done. There has to be one."""
        outcome = self._views[-1].handle(event, now)
        effects = self.settle(outcome, now)
        if is_ctrl(event, "c") and outcome.then != "stay" and not self._views:
            effects += (QuitHint(),)
        return effects

    def tick(self, now: float) -> tuple[Effect, ...]:
        """The deadline has come."""
        return self.settle(self._views[-1].tick(now), now) if self._views else ()

    def deadline(self) -> float | None:
        """When `tick` has something to do; None for never."""
        return self._views[-1].deadline() if self._views else None

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """The rows of the top view; none when there is no view."""
        return self._views[-1].rows(width, height) if self._views else ([], None)

    def settle(self, outcome: Outcome, now: float) -> tuple[Effect, ...]:
        """Close what is to be closed, open what is to be opened; the effects that are left."""
        if outcome.then != "stay":
            was_question = self._views.pop().is_question
            if outcome.then == "close_all":
                self._views = [view for view in self._views if view.is_question]
            self.appear(now)
            if was_question and self._waiting:
                self._views.append(self._waiting.pop(0))
        left: list[Effect] = []
        for effect in outcome.effects:
            if isinstance(effect, OpenView):
                self.push(effect.view, now)
            elif isinstance(effect, ToDraft) and self._below_takes_text():
                left += self._views[-2].handle(effect.input, now).effects
            else:
                left.append(effect)
        return tuple(left)

    def _below_takes_text(self) -> bool:
        return len(self._views) > 1 and self._views[-2].takes_text
