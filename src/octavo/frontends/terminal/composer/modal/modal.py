"""The modes of an editor and what keys mean in them (`docs/terminal-composer.md`, "Vi keys").

Keys become commands by `grammar`; what these do is in `commands`.
"""

from __future__ import annotations

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modal import grammar
from octavo.frontends.terminal.composer.modal.commands import Commands, Mode, Outcome
from octavo.frontends.terminal.composer.modal.grammar import Command
from octavo.frontends.terminal.composer.modal.keys import behind_escape, key_of
from octavo.frontends.terminal.composer.modal.objects import Span
from octavo.frontends.terminal.keys.key import Key


class Modal:
    """The state of the modes for one editor. It begins by inserting, as a draft does."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._commands = Commands(editor)
        self._keys: list[str] = []

    # --- what is to be seen ---

    @property
    def mode(self) -> Mode:
        """What keys do now."""
        return self._commands.mode

    @property
    def pending(self) -> str:
        """The keys of a command that is not whole yet."""
        return grammar.searching(self._keys) or "".join(self._keys)

    @property
    def selection(self) -> Span | None:
        """What is selected."""
        return self._commands.selection

    @property
    def shown(self) -> str:
        """The mode, and the keys of a command that is not whole yet."""
        return f"{self.mode} {self.pending}".rstrip()

    @property
    def cursor_shape(self) -> int:
        """A bar where keys write, a line below where they write over, a block where they are commands (DECSCUSR)."""
        return {"insert": 6, "replace": 4}.get(self.mode, 2)

    @property
    def expects_commands(self) -> bool:
        """Whether keys are commands, not text."""
        return self.mode not in ("insert", "replace")

    @property
    def passes_escape(self) -> bool:
        """Whether Esc has nothing to end here."""
        return self.mode == "normal" and not self._keys

    # --- keys ---

    def takes(self, key: Key) -> bool:
        """Whether the key goes here first: while text is written only Esc does."""
        return self.mode != "insert" or key_of(key) == "escape" or behind_escape(key) is not None

    def handle(self, key: Key, columns: int = 77) -> Outcome | None:
        """Take a key; None: it is not for the modes. The draft's rows are seen in so many `columns`."""
        self._commands.columns = columns
        word = key_of(key)
        if self.mode in ("insert", "replace"):
            behind = behind_escape(key)
            if word == "escape" or behind is not None:
                self._commands.leave_writing()
                return "done" if behind is None else self.handle(behind, columns)
            return self._commands.overwrite(word) if self.mode == "replace" else None
        if word == "escape":
            return self._escape()
        if self._editor.keys.binds_vi:
            from octavo.frontends.terminal.composer.modal.bindings import bound_keys

            outcome: Outcome | None = None
            known = bound_keys(self._editor.keys, key, word, self._keys)
            for each in known:
                outcome = self._take(each)
            return outcome if known or not word else "done"
        return self._take(word)

    def _take(self, word: str) -> Outcome | None:
        """A key by its name."""
        if word == "escape":
            return self._escape()
        if not word:
            return None
        if not self._keys and self.mode == "normal" and (outcome := self._outside(word)) is not None:
            return outcome
        if not self._keys and word in ("up", "down", "?") and self.mode == "normal" and self._is_outside(word):
            return None
        self._keys.append(word)
        return self._parsed()

    def _parsed(self) -> Outcome:
        parsed = grammar.parse(self._keys, visual=self.mode != "normal")
        if parsed == "more":
            return "done"
        self._keys = []
        if isinstance(parsed, Command):
            return self._commands.run(parsed)
        return "done"

    def _outside(self, word: str) -> Outcome | None:
        if word == "enter":
            return "submit"
        if word == "/" and not self._editor.draft.text:
            self.insert()
            return "slash"
        return None

    def _is_outside(self, word: str) -> bool:
        """Rows as they are seen and earlier messages belong to the arrows; `?` asks for help in an empty draft."""
        return word != "?" or not self._editor.draft.text

    def _escape(self) -> Outcome | None:
        if self._keys:
            self._keys = []
        elif self.mode != "normal":
            self._commands.leave_selection()
        else:
            return None
        return "done"

    # --- the draft ---

    def insert(self) -> None:
        """Let keys write from now on, as after a message was sent."""
        self._keys = []
        self._commands.write_anew()

    def settle(self) -> None:
        """The draft may be another one, or its cursor elsewhere."""
        self._commands.settle()

    def paste(self, new: Draft) -> None:
        """Text that was pasted while commands are expected: it never is one."""
        self._keys = []
        self._commands.paste(new)
