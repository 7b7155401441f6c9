"""What commands do: to a draft, to the mode that keys have in it, to what is selected (`docs/terminal-composer.md`).

Places come from `motions` and `objects`, changed drafts from `edits`. Each command is one step of the editor's undo,
and so is all that is written from the key that began it to Esc. The cursor of the commands always stands on a
character.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modal import edits, objects, places, selecting
from octavo.frontends.terminal.composer.modal.finding import Finder
from octavo.frontends.terminal.composer.modal.grammar import LINES, Command
from octavo.frontends.terminal.composer.modal.motion import Target
from octavo.frontends.terminal.composer.modal.objects import Span
from octavo.frontends.terminal.composer.modal.registers import Registers
from octavo.frontends.terminal.composer.modal.writing import Writing, written
from octavo.frontends.terminal.keys.key import Key

Mode = Literal["insert", "normal", "visual", "visual line", "replace"]
Outcome = Literal["done", "submit", "older", "newer", "slash"]
"""What is left to be done: nothing, sending, an earlier message, a later one, or a command to be typed."""

_SHORT = {
    "x": ("d", "l"), "delete": ("d", "l"), "X": ("d", "h"), "D": ("d", "$"), "C": ("c", "$"), "s": ("c", "l"),
    "S": ("c", LINES), "Y": ("y", LINES),
}  # fmt: skip
_BEGINNINGS = {*"iaIAoO"}


class Change(msgspec.Struct, frozen=True):
    """What `.` does again: a command, what was written with it, and how far the selection went."""

    command: Command
    text: Draft = Draft()
    extent: selecting.Extent | None = None


class Commands:
    """The mode of one editor and what commands left behind for the next. It begins by inserting, as a draft does."""

    def __init__(self, editor: Editor) -> None:
        self.mode: Mode = "insert"
        self.columns = 77
        self._editor = editor
        self._anchor = 0
        self._column: int | None = None
        self._finder = Finder()
        self._registers = Registers()
        self._last: Change | None = None
        self._writing = Writing(editor.draft, editor.steps)
        self._selected: tuple[int, int, Mode] | None = None
        self._extent: selecting.Extent | None = None

    @property
    def selection(self) -> Span | None:
        """What is selected."""
        return self._selection() if self.mode in ("visual", "visual line") else None

    def run(self, command: Command) -> Outcome:
        """Do it."""
        column, self._column = self._column, None
        if command.operator:
            self._operate(command)
        elif command.motion:
            return self._move(command, column)
        elif self.mode != "normal":
            self._run_visual(command)
        else:
            self._run_verb(command)
        return "done"

    def _move(self, command: Command, column: int | None) -> Outcome:
        if command.motion in ("i", "a"):
            self._select_object(command)
            return "done"
        target = self._target(command, column)
        if target is None:
            if command.motion in ("j", "k") and self.mode == "normal" and command.count is None:
                return "older" if command.motion == "k" else "newer"
            return "done"
        self._column = target.column
        self._stand(target.index)
        return "done"

    def _target(self, command: Command, column: int | None = None) -> Target | None:
        return self._finder.target(command, self._editor.draft, column, past=self.mode != "normal")

    def _span(self, command: Command) -> Span | None:
        draft, motion = self._editor.draft, command.motion
        if motion in (LINES, "_"):
            down = places.line_down(draft, draft.cursor, (command.count or 1) - 1)
            if down is None:
                return None
            first = draft.cursor if command.operator == "y" else places.first_text(draft, down)
            return replace(edits.lines_of(draft, draft.cursor, down), top=min(draft.cursor, first))
        if motion in ("i", "a"):
            found = objects.found(draft, draft.cursor, command.argument, around=motion == "a", count=command.count or 1)
            is_bracket = command.argument in objects.BRACKETS
            return edits.adjusted(draft, found, command.operator) if found and is_bracket else found
        target = self._target(command)
        return None if target is None else edits.reached(draft, draft.cursor, target, command.operator)

    def _operate(self, command: Command) -> None:
        span = self._span(command)
        if span is not None:
            self._apply(command, span)

    def _apply(self, command: Command, span: Span, extent: selecting.Extent | None = None) -> None:
        """Let the operator take a range."""
        editor, operator, draft = self._editor, command.operator, self._editor.draft
        steps = editor.steps
        if operator in ("d", "y", "c") and not (span.start == span.end and not span.lines):
            self._registers.keep(edits.kept(draft, span), command.register, editor, yanked=operator == "y")
        top = span.start if span.top is None else span.top
        if operator == "y":
            self._stand(top)
            return
        if operator == "c":
            self._set(edits.emptied(draft, span))
            editor.move(span.start)
            self._write(command, steps, extent=extent)
            return
        if operator == "d":
            self._set(edits.without(draft, span))
        elif operator in edits.CASES:
            self._set(replace(edits.mapped(draft, span, edits.CASES[operator]), cursor=top))
        else:
            times = (command.count or 1) if extent else 1
            self._set(edits.shifted(draft, span, times if operator == ">" else -times))
        self._settle_change(Change(command, extent=extent), steps)

    def _set(self, draft: Draft) -> None:
        """Another draft, as a step to be undone if the text is another one."""
        if draft.text != self._editor.draft.text:
            self._editor.set(draft)
        else:
            self._editor.move(draft.cursor)

    def _settle_change(self, change: Change, steps: int) -> None:
        self._last = change
        self._editor.join(steps)
        self._stand(self._editor.draft.cursor)

    def _run_verb(self, command: Command) -> None:
        editor, verb = self._editor, command.verb
        if verb in _SHORT:
            operator, motion = _SHORT[verb]
            if verb in ("s", "C") and places.is_empty_line(editor.draft, editor.draft.cursor):
                self._begin("i", command)
            else:
                self._operate(replace(command, verb="", operator=operator, motion=motion))
        elif verb in _BEGINNINGS:
            self._begin(verb, command)
        elif verb == "u":
            self._repeat(editor.undo, command)
        elif verb == "ctrl-r":
            self._repeat(editor.redo, command)
        elif verb == ".":
            self._again(command.count)
        elif verb in ("v", "V"):
            self.mode, self._anchor = "visual" if verb == "v" else "visual line", editor.draft.cursor
        elif verb == "gv":
            self._select_again()
        elif verb == "R":
            self._write(command, editor.steps, mode="replace")
        elif verb in ("gj", "gk"):
            self._move_by_rows(command)
        else:
            self._change(command)

    def _change(self, command: Command) -> None:
        """The commands that change text by themselves: `p P J gJ r ~`."""
        editor, steps = self._editor, self._editor.steps
        register = self._registers.read(command.register, editor)
        changed = edits.changed(editor.draft, command, register)
        if changed is not None:
            self._set(changed)
            self._settle_change(Change(command), steps)

    def _move_by_rows(self, command: Command) -> None:
        name = "down" if command.verb == "gj" else "up"
        for _ in range(command.count or 1):
            self._editor.handle(Key(name), self.columns)
        self.settle()

    def _repeat(self, step: Callable[[], object], command: Command) -> None:
        for _ in range(command.count or 1):
            step()
        self._stand(self._editor.draft.cursor)

    def _again(self, count: int | None) -> None:
        if self._last is None:
            return
        change, steps = self._last, self._editor.steps
        if count is not None:
            change = replace(change, command=replace(change.command, count=count))
        if change.extent is not None:
            self._apply(change.command, selecting.like(self._editor.draft, change.extent), change.extent)
        else:
            self.run(change.command)
        if self.mode == "replace":
            for character in change.text.text:
                self.overwrite(character)
        elif self.mode == "insert":
            self._editor.insert(change.text)
        if self.mode in ("replace", "insert"):
            self.leave_writing()
            self._last = change
        self._editor.join(steps)

    def settle(self) -> None:
        """The draft may be another one, or its cursor elsewhere."""
        if self.mode in ("insert", "replace"):
            return
        self._anchor = min(self._anchor, len(self._editor.draft.text))
        self._stand(self._editor.draft.cursor)

    def paste(self, new: Draft) -> None:
        """Text that was pasted while commands are expected: it never is one."""
        editor, steps = self._editor, self._editor.steps
        if (selection := self.selection) is not None:
            self.leave_selection()
            editor.set(edits.emptied(editor.draft, selection))
        else:
            cursor = editor.draft.cursor
            is_last = drafts.after(editor.draft, cursor) == places.end_of(editor.draft, cursor)
            if is_last and not places.is_empty_line(editor.draft, cursor):
                editor.move(places.end_of(editor.draft, cursor))
        editor.insert(new)
        editor.join(steps)
        self._stand(drafts.before(editor.draft, editor.draft.cursor))

    # --- writing ---

    def write_anew(self) -> None:
        """Let keys write from now on, as after a message was sent."""
        self.mode, self._column = "insert", None
        self._writing = Writing(self._editor.draft, self._editor.steps)

    def _begin(self, verb: str, command: Command) -> None:
        """Write before or behind the cursor, at the ends of the line, or on a line of its own."""
        editor, draft, cursor = self._editor, self._editor.draft, self._editor.draft.cursor
        steps, end = editor.steps, places.end_of(draft, draft.cursor)
        match verb:
            case "a":
                cursor = drafts.after(draft, cursor) if cursor < end else cursor
            case "I":
                cursor = places.first_text(draft, cursor)
            case "A" | "o":
                cursor = end
            case "O":
                cursor = places.start_of(draft, cursor)
        if verb in ("o", "O"):
            editor.set(drafts.replaced(draft, cursor, cursor, Draft("\n")))
        editor.move(cursor + 1 if verb == "o" else cursor)
        times = command.count or 1 if command.verb == verb else 1
        self._write(command, steps, times=times, own_lines=verb in ("o", "O"))

    def _write(
        self,
        command: Command,
        steps: int,
        *,
        mode: Mode = "insert",
        times: int = 1,
        own_lines: bool = False,
        extent: selecting.Extent | None = None,
    ) -> None:
        self.mode = mode
        self._writing = Writing(self._editor.draft, steps, command, times, own_lines)
        self._extent = extent

    def overwrite(self, word: str) -> Outcome | None:
        """A character in the place of the next one; Backspace brings that back."""
        if word == "backspace":
            self._writing.take_back(self._editor)
        elif not word or word == "ctrl-r" or edits.character(word) in (None, "\n"):
            return None
        else:
            self._writing.write_over(self._editor, word)
        return "done"

    def leave_writing(self) -> None:
        """Back to commands: what was written becomes one step, as often as its command says."""
        editor, writing = self._editor, self._writing
        if writing.command is not None:
            text = Draft("".join(writing.typed)) if self.mode == "replace" else written(writing.before, editor.draft)
            if self.mode == "insert" and (text.text or writing.own_lines):
                for _ in range(edits.repeats(text.text, writing.times) - 1):
                    editor.insert(Draft("\n" if writing.own_lines else ""))
                    editor.insert(text)
            self._last = Change(writing.command, text, self._extent)
        editor.join(writing.steps)
        self.mode, self._column = "normal", None
        cursor = editor.draft.cursor
        self._stand(drafts.before(editor.draft, cursor) if cursor > places.start_of(editor.draft, cursor) else cursor)

    def _stand(self, index: int) -> None:
        """Put the cursor on the character there."""
        draft = self._editor.draft
        place = drafts.at(draft, min(max(index, 0), len(draft.text))).cursor
        if self.mode not in ("visual", "visual line"):
            place = places.on_character(draft, place)
        if place != draft.cursor:
            self._editor.move(place)

    # --- selections ---

    def _selection(self) -> Span:
        return selecting.selection(self._editor.draft, self._anchor, lines=self.mode == "visual line")

    def leave_selection(self) -> None:
        """Select nothing, and remember what was."""
        self._selected = (self._anchor, self._editor.draft.cursor, self.mode)
        self.mode = "normal"
        self._stand(self._editor.draft.cursor)

    def _select_again(self) -> None:
        if self._selected is not None:
            anchor, cursor, self.mode = self._selected
            last = len(self._editor.draft.text)
            self._anchor = drafts.at(self._editor.draft, min(anchor, last)).cursor
            self._stand(min(cursor, last))

    def _select_object(self, command: Command) -> None:
        draft = self._editor.draft
        span = selecting.object_at(draft, self._anchor, command)
        if span is None:
            return
        if span.lines:
            self.mode = "visual line"
        if self._anchor == draft.cursor:
            self._anchor = span.start
        self._stand(span.end if span.lines else drafts.before(draft, span.end))

    def _run_visual(self, command: Command) -> None:
        verb, mode = command.verb, self.mode
        if verb in ("v", "V"):
            wanted: Mode = "visual" if verb == "v" else "visual line"
            if wanted == mode:
                self.leave_selection()
            else:
                self.mode = wanted
        elif verb in ("o", "O"):
            anchor, self._anchor = self._anchor, self._editor.draft.cursor
            self._stand(anchor)
        elif verb in ("gj", "gk"):
            self._move_by_rows(command)
        else:
            self._change_selection(command)

    def _change_selection(self, command: Command) -> None:
        editor, verb = self._editor, command.verb
        if verb in selecting.LINE_OPERATORS:
            self.mode = "visual line"
        selection = self._selection()
        extent = selecting.extent_of(editor.draft, selection)
        self.leave_selection()
        operator = selecting.OPERATORS.get(verb) or selecting.LINE_OPERATORS.get(verb)
        if operator:
            editor.move(selection.start)
            self._apply(replace(command, verb="", operator=operator), selection, extent)
        elif verb in ("p", "P"):
            self._put_over(command, selection)
        elif verb in ("J", "gJ"):
            lines = selecting.lines_in(editor.draft, selection)
            editor.move(selection.start)
            self._change(replace(command, count=lines))
        elif verb == "r":
            character, steps = edits.character(command.argument), editor.steps
            if character is not None:
                self._set(edits.mapped(editor.draft, selection, lambda _: character))
                self._settle_change(Change(command), steps)

    def _put_over(self, command: Command, selection: Span) -> None:
        editor, steps = self._editor, self._editor.steps
        register = self._registers.read(command.register, editor)
        taken = edits.kept(editor.draft, selection)
        self._set(selecting.put_over(editor.draft, selection, register, command.count or 1))
        if command.verb == "p":
            self._registers.keep(taken, "", editor, yanked=False)
        self._settle_change(Change(command), steps)
