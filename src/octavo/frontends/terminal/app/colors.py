"""Which colours the screen has: those that the terminal tells of itself, and those of the theme that is worn.

Nothing is guessed: until the terminal has told its colours, nothing is painted that has to go with them, and nothing
glimmers (`docs/terminal.md`, "Colours").
"""

from __future__ import annotations

from octavo.frontends.terminal.composer.status import Light
from octavo.frontends.terminal.screen.depth import PALETTE, TRUE
from octavo.frontends.terminal.text.styled import PLAIN, Style
from octavo.frontends.terminal.themes.theme import TERMINAL, Theme, fitted

TYPE_CHECKING = False  # the blocks of the conversation are loaded when the first frame is on the screen
if TYPE_CHECKING:
    from octavo.frontends.terminal.cells.cell import Palette

Rgb = tuple[int, int, int]

_FOREGROUND, _BACKGROUND = 10, 11
"""The numbers by which terminals are asked for their colours (OSC)."""


class Colors:
    """Those of a screen that has `depth` colours."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._theme = fitted(TERMINAL, depth)
        self._foreground: Rgb | None = None
        self._background: Rgb | None = None

    @property
    def are_known(self) -> bool:
        """Whether the terminal has told its colours."""
        return self._background is not None

    def learn(self, which: int, color: Rgb) -> None:
        """The terminal tells the colour of this number."""
        if which == _FOREGROUND:
            self._foreground = color
        elif which == _BACKGROUND:
            self._background = color

    def wear(self, theme: Theme) -> None:
        """Use this theme from now on."""
        self._theme = fitted(theme, self._depth)

    def palette(self, palette: Palette) -> Palette:
        """The palette with what goes with the theme or the terminal's own background."""
        fill = self.fill
        message = fill.bg if fill is not None else None
        return palette._replace(message=message, reads_code=self._theme.reads_code)

    @property
    def fill(self) -> Style | None:
        """What is behind the draft and the user's messages; None for nothing."""
        fill = self._theme.fill
        if fill != "auto":
            return Style(bg=fill) if fill is not None else None
        if self._background is None or self._depth < PALETTE:
            return None
        from octavo.frontends.terminal.cells.cell import blended

        return Style(bg=blended(self._background))

    @property
    def light(self) -> Light | None:
        """Between which colours the status row glimmers; None where it cannot."""
        if self._depth != TRUE or self._background is None or self._foreground is None or not self._theme.has_colors:
            return None
        text = self._theme.look(PLAIN).fg
        return Light(text if isinstance(text, tuple) else self._foreground, self._background)
