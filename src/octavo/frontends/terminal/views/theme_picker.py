"""`/theme`: what the interface looks like. The whole screen shows the theme that is selected, and a sample of it."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.cells.patch import DiffLine, FileDiff
from octavo.frontends.terminal.effects.looks import ChooseTheme, TryTheme
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.highlight import shell_lines
from octavo.frontends.terminal.text.inline import inline
from octavo.frontends.terminal.text.styled import (
    ACCENT,
    COMMAND,
    DIM,
    EMPTY,
    ERROR,
    SUCCESS,
    WARNING,
    Line,
    Span,
    Style,
    line,
)
from octavo.frontends.terminal.themes.theme import Theme
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

_NO_COLORS = "This terminal shows no colours, or NO_COLOR is set: all themes look the same here."


def theme_picker(themes: Sequence[Theme], current: str, *, has_colors: bool) -> SelectionList:
    """The themes, that of now among them."""
    choices = [
        Choice(
            Option(one_line(theme.name), theme.about, is_current=theme.name == current),
            (ChooseTheme(theme.name),),
            tries=(TryTheme(theme.name),),
        )
        for theme in themes
    ]
    header = sample() if has_colors else (line(Span(_NO_COLORS, DIM)),)
    return SelectionList("Choose a theme", choices, header=header, left=(TryTheme(current),))


def sample() -> tuple[Line, ...]:
    """A bit of everything, for whichever theme the screen shows."""
    said = Style(roles=("user",))
    diff = FileDiff("Edited", "a.py", (DiffLine(1, "-", 'print("old")'), DiffLine(1, "+", 'print("new")')))
    words = inline("An answer with `code` and <https://example.com>", Style(roles=("agent",)))[0][0]
    (shell,) = shell_lines("grep -n 'a b' src | head  # a command")
    signs = (Span("✔ good", SUCCESS), "  ", Span("■ bad", ERROR), "  ", Span("⚠ careful", WARNING))
    return (
        EMPTY,
        line(Span("› ", Style(bold=True, roles=("user", "dim"))), Span("Your message", said)),
        words,
        line(*signs, "  ", Span("names", ACCENT), "  ", Span("less important", DIM)),
        line(Span("$ ", COMMAND), *shell.spans),
        *(Line(row.spans[1:]) for row in diff.rows(60)),
    )
