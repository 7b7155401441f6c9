"""Someone who types into a composer, slowly enough not to paste, and looks at what it shows."""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.effects.composer import ComposerEffect
from octavo.frontends.terminal.keys.key import Key, Paste

PICTURES = {"/ws/shot.png": (7, 5), "/ws/my shot.png": (8, 6), "/ws/art/one.png": (1, 1), "/other/shot.png": (7, 5)}


def key(name: str) -> Key:
    """`ctrl-a`, `alt-enter`, `left`, or a character."""
    *modifiers, last = name.rsplit("-") if len(name) > 1 else [name]
    if not modifiers:
        return Key(last, text=last if len(last) == 1 else "")
    return Key(last, ctrl="ctrl" in modifiers, alt="alt" in modifiers, shift="shift" in modifiers)


class Typist:
    """Keeps what the composer asked for in `asked`."""

    def __init__(self, *, bursts: bool = True, width: int = 80, height: int = 24) -> None:
        self.composer = Composer("/ws", bursts=bursts, example="Explain this", read_size=PICTURES.get)
        self.width, self.height = width, height
        self.composer.resize(width)
        self.now = 100.0
        self.asked: list[ComposerEffect] = []

    def type(self, text: str) -> Typist:
        """Each character by itself."""
        return self.keys(*(key("ctrl-j") if character == "\n" else key(character) for character in text))

    def keys(self, *names: str | Key, pause: float = 0.05) -> Typist:
        for name in names:
            self.wait(pause)
            self._take(key(name) if isinstance(name, str) else name)
        return self

    def quickly(self, text: str) -> Typist:
        """All of it at the same moment, as an unbracketed paste comes."""
        for character in text:
            self._take({"\r": key("enter"), "\x7f": key("backspace")}.get(character) or key(character))
        return self

    def paste(self, text: str) -> Typist:
        self.wait(0.05)
        self._take(Paste(text))
        return self

    def wait(self, seconds: float) -> Typist:
        self.now += seconds
        deadline = self.composer.deadline
        if deadline is not None and deadline < self.now:
            self.asked += self.composer.tick(deadline + 0.0005)
        return self

    def _take(self, what: Key | Paste) -> None:
        self.asked += self.composer.handle(what, self.now)

    @property
    def draft(self) -> Draft:
        return self.composer.editor.draft

    @property
    def text(self) -> str:
        return self.draft.text

    @property
    def marked(self) -> str:
        """The text with the cursor as `|`."""
        return f"{self.text[: self.draft.cursor]}|{self.text[self.draft.cursor :]}"

    def take(self) -> list[ComposerEffect]:
        """What was asked for since the last time."""
        asked, self.asked = self.asked, []
        return asked

    def rows(self, status: Status | None = None, **more: object) -> list[str]:
        return [row.text for row in pane_rows(self._pane(status, **more), self.width, self.height)[0]]

    def cursor(self, status: Status | None = None) -> tuple[int, int]:
        return pane_rows(self._pane(status), self.width, self.height)[1]

    @property
    def footer(self) -> str:
        return self.rows()[-1]

    @property
    def popup(self) -> list[str]:
        """The rows of the open popup."""
        shown = self.composer.completion
        rows = self.rows()
        if not shown:
            return []
        items = min(len(shown.popup.items), shown.popup.most)
        return rows[-(items + bool(shown.popup.note) if items else 1) :]

    def _pane(self, status: Status | None, **more: object) -> Pane:
        return replace(Pane(self.composer, status=status), **more)
