"""What was deleted and yanked: the unnamed register, which is the killed text of the editor, and those with names."""

from __future__ import annotations

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modal.edits import Kept

NOWHERE = "_"


class Registers:
    """`a` to `z` (in upper case: added to), `0` for what was yanked last, `_` for nothing."""

    def __init__(self) -> None:
        self._named: dict[str, Kept] = {}
        self._unnamed = Kept()
        self._killed: Draft | None = None

    def keep(self, what: Kept, name: str, editor: Editor, *, yanked: bool) -> None:
        """Keep it under the name, and as what Ctrl+Y and `p` bring back."""
        if name == NOWHERE:
            return
        if name.isupper() and (before := self._named.get(name.lower())) is not None:
            what = _added(before, what)
        if name.isalpha():
            self._named[name.lower()] = what
        elif yanked:
            self._named["0"] = what
        self._unnamed, self._killed = what, _with_end(what)
        editor.killed = self._killed

    def read(self, name: str, editor: Editor) -> Kept:
        """What it holds; nothing where it holds nothing."""
        if name in ("", '"'):
            return self._unnamed if editor.killed is self._killed else Kept(editor.killed)
        return self._named.get(name.lower(), Kept())


def _with_end(what: Kept) -> Draft:
    if not what.lines:
        return what.draft
    return drafts.replaced(what.draft, len(what.draft.text), len(what.draft.text), Draft("\n"))


def _added(before: Kept, more: Kept) -> Kept:
    parts = [before.draft, more.draft]
    lines = before.lines or more.lines
    whole = (
        drafts.joined(parts) if lines else drafts.replaced(parts[0], len(parts[0].text), len(parts[0].text), parts[1])
    )
    return Kept(whole, lines)
