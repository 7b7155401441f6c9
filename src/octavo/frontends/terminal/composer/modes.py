"""The composer's side of vi's modes: whether there are any, what is seen of them, and which keys go to them."""

from __future__ import annotations

from octavo.frontends.terminal.composer.burst import GAP
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor, typed
from octavo.frontends.terminal.keys.key import Key

TYPE_CHECKING = False  # who does not use them does not load them
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.modal.commands import Outcome
    from octavo.frontends.terminal.composer.modal.modal import Modal


class Modes:
    """Off until they are switched on; then every key passes here first."""

    def __init__(self, editor: Editor) -> None:
        self.modal: Modal | None = None
        self._editor = editor
        self._commanded_at = float("-inf")

    def switch(self, *, on: bool) -> None:
        """Let the draft have modes, or none."""
        self.modal = None
        if on:
            from octavo.frontends.terminal.composer.modal.modal import Modal

            self.modal = Modal(self._editor)

    @property
    def shown(self) -> str:
        """The mode and the command begun; empty where there are none."""
        return self.modal.shown if self.modal is not None else ""

    @property
    def cursor_shape(self) -> int:
        """The number of the cursor's shape (DECSCUSR), 0 for the terminal's own."""
        return self.modal.cursor_shape if self.modal is not None else 0

    @property
    def selected(self) -> tuple[int, int] | None:
        """What is selected of the draft: where it begins, and the place behind it."""
        selection = self.modal.selection if self.modal is not None else None
        return None if selection is None else (selection.start, selection.end)

    @property
    def expect_commands(self) -> bool:
        """Whether keys are commands, not text."""
        return self.modal is not None and self.modal.expects_commands

    @property
    def pass_escape(self) -> bool:
        """Whether Esc has nothing to do here."""
        return self.modal is None or self.modal.passes_escape

    def take(self, key: Key) -> bool:
        """Whether the key goes here first."""
        return self.modal is not None and self.modal.takes(key)

    def handle(self, key: Key, columns: int, now: float) -> Outcome | None:
        """Take such a key; None: it means what it always does.

        An Enter so soon behind a command that nobody can have typed both is one of a paste, and sends nothing.
        """
        if self.modal is None:
            return None
        quick, self._commanded_at = now - self._commanded_at <= GAP, now if typed(key) else float("-inf")
        outcome = self.modal.handle(key, columns)
        return "done" if outcome == "submit" and quick else outcome

    def insert(self, new: Draft) -> None:
        """Put in what was pasted: it is text in every mode."""
        if self.modal is not None and self.modal.expects_commands:
            self.modal.paste(new)
        else:
            self._editor.insert(new)

    def settle(self) -> None:
        """The draft may be another one."""
        if self.modal is not None:
            self.modal.settle()

    def write_anew(self) -> None:
        """Another draft begins, and it is written."""
        if self.modal is not None:
            self.modal.insert()
