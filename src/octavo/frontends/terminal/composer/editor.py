"""The keys that edit a text: movement, deletion, one slot for killed text, undo and redo; notes have the same.

Facts in `docs/terminal-composer.md`, "Writing".
"""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.rows import column_of, index_at, row_at, rows_of
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap

MOST_UNDONE = 100

Range = tuple[int, int]


class Editor:
    """A draft with what its keys remember: the killed text, the wanted column, the states before."""

    def __init__(self, keys: Keymap = DEFAULT) -> None:
        self.keys = keys
        self.draft = Draft()
        self.killed = Draft()
        self._column: int | None = None
        self._before: list[Draft] = []
        self._after: list[Draft] = []
        self._typing = False
        self._steps = 0

    def handle(self, key: Key, columns: int) -> bool:
        """Edit with this key; `columns` is the width of the text for moves by row. False: the key edits nothing."""
        wanted, self._column = self._column, None
        if text := typed(key):
            self.insert(Draft(text), typing=True)
            return True
        action = self.keys.action("editor", key)
        if action == "insert_newline":
            self.insert(Draft("\n"))
        elif action in ("move_up", "move_down"):
            self._move_by_row(1 if action == "move_down" else -1, columns, wanted)
        elif action in _MOVES:
            self.move(_MOVES[action](self.draft, self.draft.cursor))
        elif action in _DELETIONS:
            self._replace(_DELETIONS[action](self.draft, self.draft.cursor), Draft())
        elif action in _KILLS:
            self._kill(_KILLS[action](self.draft, self.draft.cursor))
        elif action == "yank":
            self.insert(self.killed)
        elif action == "undo":
            self.undo()
        elif action == "redo":
            self.redo()
        else:
            return False
        return True

    def insert(self, new: Draft, *, typing: bool = False) -> None:
        """Put `new` at the cursor; single keys that type are undone together, up to a blank."""
        self._replace((self.draft.cursor, self.draft.cursor), new, typing)

    def replace(self, start: int, end: int, new: Draft) -> None:
        """Put `new` in the place of a range."""
        self._replace((start, end), new)

    def set(self, draft: Draft) -> None:
        """Another draft, as an edit that can be undone."""
        self._remember(typing=False)
        self.draft = drafts.at(draft, draft.cursor)

    def take_back(self, draft: Draft) -> None:
        """The draft as it was before the last keys, as if they had not come."""
        if self._before and self._before[-1] == draft:
            self._before.pop()
            self._steps -= 1
        self.draft = draft

    def reset(self) -> None:
        """An empty draft with nothing to undo; the killed text is kept."""
        self.draft, self._before, self._after, self._column, self._typing = Draft(), [], [], None, False
        self._steps = 0

    def move(self, index: int) -> None:
        """Put the cursor at `index` or the next border."""
        self.draft, self._typing = drafts.at(self.draft, index), False

    def move_to_line_end(self) -> None:
        """Put the cursor where its line ends."""
        self.move(drafts.line_end(self.draft, self.draft.cursor))

    def undo(self) -> None:
        """Back to the draft before the last edit."""
        self._typing = False
        if self._before:
            self._after.append(self.draft)
            self.draft = self._before.pop()
            self._steps -= 1

    def redo(self) -> None:
        """The edit that was undone last, as long as no other has come."""
        self._typing = False
        if self._after:
            self._before.append(self.draft)
            self.draft = self._after.pop()
            self._steps += 1

    @property
    def steps(self) -> int:
        """How many steps can be taken back, those that are too old to be kept among them."""
        return self._steps

    def join(self, steps: int) -> None:
        """All that was done since there were so many steps is one step."""
        surplus = min(self._steps - steps, len(self._before)) - 1
        if surplus > 0:
            del self._before[-surplus:]
            self._steps = steps + 1
        self._typing = False

    def _replace(self, where: Range, new: Draft, typing: bool = False) -> None:
        if where[0] == where[1] and not new.text:
            return
        self._remember(typing and not new.text.isspace())
        self.draft = drafts.replaced(self.draft, *where, new)

    def _remember(self, typing: bool) -> None:
        if not (typing and self._typing):
            self._before = [*self._before[1 - MOST_UNDONE :], self.draft]
            self._steps += 1
        self._after = []
        self._typing = typing

    def _kill(self, where: Range) -> None:
        if killed := drafts.cut_out(self.draft, *where):
            self.killed = killed if killed.text else self.killed
        self._replace(where, Draft())

    def _move_by_row(self, by: int, columns: int, wanted: int | None) -> None:
        text, cursor = self.draft.text, self.draft.cursor
        rows = rows_of(text, columns)
        row = row_at(rows, cursor)
        column = column_of(text, rows[row], cursor) if wanted is None else wanted
        if not 0 <= row + by < len(rows):
            self.move(0 if by < 0 else len(text))
            return
        self._column = column
        index = index_at(text, rows[row + by], column)
        inside = next((label for label in self.draft.labels if label.start < index < label.end), None)
        if inside:  # a label goes over several rows: past it, in the direction of the move
            index = inside.start if by < 0 else inside.end
        self.move(index)


def typed(key: Key) -> str:
    """What the key types: Ctrl and Alt together are AltGr, one of them alone types nothing."""
    return key.text if key.ctrl == key.alt else ""


def _up_line_start(draft: Draft, index: int) -> int:
    start = drafts.line_start(draft, index)
    return start if start < index else drafts.line_start(draft, max(index - 1, 0))


def _down_line_end(draft: Draft, index: int) -> int:
    end = drafts.line_end(draft, index)
    return end if index < end else drafts.line_end(draft, min(index + 1, len(draft.text)))


def _to_line_start(draft: Draft, index: int) -> Range:
    start = drafts.line_start(draft, index)
    return (start if start < index else max(index - 1, 0)), index


def _to_line_end(draft: Draft, index: int) -> Range:
    end = drafts.line_end(draft, index)
    return index, (end if index < end else min(index + 1, len(draft.text)))


def _back(draft: Draft, index: int) -> Range:
    first = draft.labels[0] if draft.labels else None
    if index == 0 and first and first.start == 0 and isinstance(first.content, drafts.Picture):
        return 0, first.end  # nothing stands before the picture that could be meant
    return drafts.before(draft, index), index


def _word_back(draft: Draft, index: int) -> Range:
    return drafts.word_before(draft, index), index


def _word_on(draft: Draft, index: int) -> Range:
    return index, drafts.word_after(draft, index)


def _whole_line(draft: Draft, index: int) -> Range:
    start, end = drafts.line_start(draft, index), drafts.line_end(draft, index)
    return (start, end + 1) if end < len(draft.text) else (max(start - 1, 0), end)


_MOVES: dict[str, Callable[[Draft, int], int]] = {
    "move_left": drafts.before,
    "move_right": drafts.after,
    "move_word_left": drafts.word_before,
    "move_word_right": drafts.word_after,
    "move_line_start": drafts.line_start,
    "move_line_end": drafts.line_end,
    "move_draft_start": lambda draft, index: 0,
    "move_draft_end": lambda draft, index: len(draft.text),
    "move_line_start_or_up": _up_line_start,
    "move_line_end_or_down": _down_line_end,
}
_DELETIONS: dict[str, Callable[[Draft, int], Range]] = {
    "delete_backward": _back,
    "delete_forward": lambda draft, index: (index, drafts.after(draft, index)),
}
_KILLS: dict[str, Callable[[Draft, int], Range]] = {
    "delete_backward_word": _word_back,
    "delete_forward_word": _word_on,
    "kill_line_start": _to_line_start,
    "kill_line_end": _to_line_end,
    "kill_whole_line": _whole_line,
}
