"""The steps before a first session, one below the other (`docs/terminal-views.md`, "First start")."""

from __future__ import annotations

from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import EMPTY, SUCCESS, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.views.sign_in import SignInStep
from octavo.frontends.terminal.views.trust_question import TrustQuestion
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_ctrl
from octavo.frontends.terminal.views.welcome import FRAME_SECONDS, LEAST_COLUMNS, LEAST_ROWS, welcome_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.views.menu import Menu


class Onboarding(View):
    """What has to be asked: a sign-in, or trust, or one after the other. It closes when all is answered."""

    takes_text = True

    def __init__(self, sign_in: SignInStep | None, trust: TrustQuestion | None, *, moves: bool = True) -> None:
        self.sign_in = sign_in
        self._left: list[SignInStep | TrustQuestion] = [step for step in (sign_in, trust) if step is not None]
        self._is_new_user = sign_in is not None
        self._signed_in = False
        self._frame, self._frame_at, self._motion = 0, 0.0, 0
        self._may_move, self._moves = moves, False

    def appear(self, now: float) -> None:
        """It is seen from now on."""
        if self._left:
            self._left[0].appear(now)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if self._is_new_user and isinstance(event, Key) and is_ctrl(event, "."):
            self._motion += 1
            return STAY
        return self._after(self._left[0].handle(event, now), now)

    def signed_in(self, now: float) -> Outcome:
        """Somebody is: the step of that may be over."""
        return self._after(self.sign_in.signed_in(), now) if self.sign_in is not None else STAY

    def menu(self) -> Menu | None:
        """The step that is to be taken now."""
        return self._left[0].menu() if self._left else None

    def pick(self, index: int, now: float) -> Outcome:
        """Take a choice of the step."""
        return self._after(self._left[0].pick(index, now), now)

    def write(self, text: str, now: float) -> Outcome | None:
        """Give a line to the step."""
        outcome = self._left[0].write(text, now)
        return None if outcome is None else self._after(outcome, now)

    def _after(self, outcome: Outcome, now: float) -> Outcome:
        """Go to the next step, when this one is over."""
        if outcome.then == "stay" or any(isinstance(effect, Quit) for effect in outcome.effects):
            return outcome
        self._signed_in = self._signed_in or self._left[0] is self.sign_in
        del self._left[0]
        if not self._left:
            return outcome
        self._left[0].appear(now)
        return Outcome(outcome.effects)

    def deadline(self) -> float | None:
        """When `tick` is due."""
        own = self._frame_at if self._moves else None
        step = self._left[0].deadline() if self._left else None
        return min((moment for moment in (own, step) if moment is not None), default=None)

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        if self._moves and now >= self._frame_at:
            self._frame, self._frame_at = self._frame + 1, now + FRAME_SECONDS
        return self._after(self._left[0].tick(now), now) if self._left else STAY

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        self._moves = self._may_move and self._is_new_user and width >= LEAST_COLUMNS and height >= LEAST_ROWS
        head = welcome_rows(width, height, self._frame, self._motion) if self._is_new_user else [EMPTY]
        if self._signed_in:
            head += [line("  ", Span("✔", SUCCESS), " signed in"), EMPTY]
        step, cursor = self._left[0].rows(width, height) if self._left else ([], None)
        head = [cut_line(row, width) for row in head][: max(height - len(step), 0)]
        return [*head, *step], None if cursor is None else (cursor[0] + len(head), cursor[1])
