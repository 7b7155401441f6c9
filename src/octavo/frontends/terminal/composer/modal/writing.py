"""What is being written since a command began it, so that it can be counted, repeated and undone as one."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modal.grammar import Command


class Writing(msgspec.Struct):
    """The draft when it began, the steps of undo before it, and the command that began it, where one did.

    `times` is how often it is to stand there in the end, on lines of its own or not. `typed` and `replaced` are for
    writing over what stands there.
    """

    before: Draft
    steps: int
    command: Command | None = None
    times: int = 1
    own_lines: bool = False
    typed: list[str] = msgspec.field(default_factory=list)
    replaced: list[Draft] = msgspec.field(default_factory=list)

    def write_over(self, editor: Editor, text: str) -> None:
        """A character in the place of the one at the cursor, or behind the last one of the line."""
        draft, cursor = editor.draft, editor.draft.cursor
        behind = drafts.after(draft, cursor) if cursor < drafts.line_end(draft, cursor) else cursor
        self.replaced.append(drafts.cut_out(draft, cursor, behind))
        self.typed.append(text)
        editor.replace(cursor, behind, Draft(text))

    def take_back(self, editor: Editor) -> None:
        """What was written over last is there again; before that, a step back."""
        cursor = editor.draft.cursor
        before = drafts.before(editor.draft, cursor)
        if self.replaced:
            self.typed.pop()
            editor.replace(before, cursor, self.replaced.pop())
        if before >= drafts.line_start(editor.draft, cursor if cursor <= len(editor.draft.text) else before):
            editor.move(before)


def written(before: Draft, now: Draft) -> Draft:
    """What was put in at the cursor of `before`; where more was changed, all that is different."""
    start = before.cursor
    behind = len(before.text) - start
    grown = len(now.text) - behind
    if grown >= start and now.text[:start] == before.text[:start] and now.text[grown:] == before.text[start:]:
        return drafts.cut_out(now, start, grown)
    first = 0
    while first < min(len(before.text), len(now.text)) and before.text[first] == now.text[first]:
        first += 1
    last = 0
    while last < min(len(before.text), len(now.text)) - first and before.text[-1 - last] == now.text[-1 - last]:
        last += 1
    start = drafts.at(now, first).cursor
    return drafts.cut_out(now, start, max(drafts.at(now, len(now.text) - last).cursor, start))
