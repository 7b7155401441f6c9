"""How roles look: the terminal's own palette, the themes that come along, those of the user, fewer colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from every_cell import rows

from octavo.config.schema import Tui
from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.screen.depth import ANSI, NONE, PALETTE, TRUE, palette_index
from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.ansi import ansi_lines
from octavo.frontends.terminal.text.styled import (
    BOLD,
    CYAN,
    DIM,
    LINK,
    PLAIN,
    RED,
    Color,
    Line,
    Role,
    Span,
    Style,
    line,
)
from octavo.frontends.terminal.themes.built_in import BUILT_IN
from octavo.frontends.terminal.themes.choose import chosen_theme, themes
from octavo.frontends.terminal.themes.few_colors import rgb_of
from octavo.frontends.terminal.themes.theme import COLORLESS, TERMINAL, Theme, fitted
from octavo.frontends.terminal.themes.values import ROLES, BadLook, read_look

Rgb = tuple[int, int, int]
BLACK, DARK, DEEP = (0, 0, 0), (0x1E, 0x1E, 0x1E), (0x00, 0x2B, 0x36)
WHITE, PAPER = (255, 255, 255), (0xFD, 0xF6, 0xE3)
PAGES: dict[str, tuple[Rgb, ...]] = {"dark": (BLACK, DARK, DEEP), "light": (WHITE, PAPER), "any": (BLACK, WHITE)}
COLOR = re.compile(r"\x1b\[(?:\d+;)*?([34]\d|9\d|10\d)(?:;\d+)*m")


def luminance(color: Rgb) -> float:
    parts = [part / 255 for part in color]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of WCAG, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def own_colors(theme: Theme) -> Iterator[tuple[Role, Color]]:
    """The colours that are the theme's and not the terminal's."""
    for role, look in theme.looks.items():
        if isinstance(look.fg, tuple):
            yield role, look.fg


def written(theme: Theme, depth: int, lines: Iterator[Line] | list[Line]) -> str:
    ink = Ink(depth, theme=theme)
    return "\n".join(ink.row(row, 80) for row in lines)


# --- those that come along ---


@pytest.mark.parametrize("theme", BUILT_IN, ids=lambda theme: theme.name)
def test_every_colour_of_a_theme_can_be_read_on_the_backgrounds_that_it_is_for(theme: Theme) -> None:
    bound = 7.0 if theme.name.startswith("high-contrast") else 4.5
    pages = [page for page in PAGES[theme.background] if bound == 4.5 or page != DEEP]
    poor = [
        (role, color, page)
        for role, color in own_colors(theme)
        for page in pages
        if contrast(rgb_of(color), page) < bound
    ]
    assert poor == []


@pytest.mark.parametrize(
    "theme", [theme for theme in BUILT_IN if theme.background != "any"], ids=lambda theme: theme.name
)
def test_a_terminal_of_256_colours_shows_just_the_same(theme: Theme) -> None:
    for role, color in own_colors(theme):
        assert rgb_of(palette_index(*rgb_of(color))) == color, role


@pytest.mark.parametrize("theme", BUILT_IN, ids=lambda theme: theme.name)
def test_no_theme_that_comes_along_paints_a_background(theme: Theme) -> None:
    assert all(look.bg is None for look in theme.looks.values())
    assert theme.fill is None or theme is TERMINAL


def seen_without(cone: int, color: Rgb) -> tuple[float, ...]:
    """About how a colour is seen without the cones for red or for green, as linear light (Viénot, 1999)."""
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in (p / 255 for p in color))
    shares = ((0.1124, 0.8876), (0.2927, 0.7073))[cone]
    both = shares[0] * red + shares[1] * green
    return (both, both, 0.004 * red - 0.004 * green + blue)


@pytest.mark.parametrize("name", ["color-blind-dark", "color-blind-light"])
def test_added_and_removed_are_told_apart_without_seeing_red_or_green(name: str) -> None:
    looks = {theme.name: theme for theme in BUILT_IN}[name].looks
    for good, bad in (("added", "removed"), ("success", "error")):
        one, other = looks[good].fg, looks[bad].fg  # type: ignore[index]
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        for cone in (0, 1):
            pairs = zip(seen_without(cone, one), seen_without(cone, other), strict=True)
            assert max(abs(a - b) for a, b in pairs) > 0.3
            assert one[2] > other[2] + 60, "blue on the one side, none on the other"


# --- one mechanism ---


def test_nothing_but_the_output_of_commands_has_colours_of_its_own() -> None:
    found = {match[0] for row in rows() for match in COLOR.finditer(written(COLORLESS, TRUE, [row]))}
    assert found == {"\x1b[2;31m", "\x1b[32m"}, "red and green are what a command wrote"


def test_the_palette_of_the_terminal_is_what_is_used_unless_another_theme_is_asked_for() -> None:
    assert chosen_theme(Tui()) == (TERMINAL, ())
    row = line(Span("a", DIM), Span("b", LINK), Span("c", BOLD), Span("d", Style(roles=("code", "dim"))), "e")
    assert written(TERMINAL, TRUE, [row]) == "\x1b[2ma\x1b[m\x1b[4;36mb\x1b[m\x1b[1mc\x1b[m\x1b[2md\x1b[me\x1b[K"


def test_a_theme_colours_all_text_and_what_has_a_colour_keeps_it() -> None:
    theme = Theme("mine", {"text": Style(fg=(1, 2, 3)), "dim": Style(fg=(4, 5, 6))})
    (red,) = ansi_lines(["\x1b[31mred"], DIM)
    assert written(theme, TRUE, [line("x")]) == "\x1b[38;2;1;2;3mx\x1b[m\x1b[K"
    assert written(theme, TRUE, [line(Span("x", DIM))]) == "\x1b[38;2;4;5;6mx\x1b[m\x1b[K"
    assert written(theme, TRUE, [red]) == "\x1b[31mred\x1b[m\x1b[K"


def test_the_first_of_several_roles_gives_the_colour_and_all_give_their_attributes() -> None:
    theme = Theme("mine", {"code": Style(fg=1), "dim": Style(fg=2, dim=True)})
    assert theme.look(Style(roles=("code", "dim"))) == Style(fg=1, dim=True)
    assert theme.look(Style(roles=("code",)).over(DIM)) == Style(fg=1, dim=True)
    assert theme.look(Style(fg=9, roles=("code",))) == Style(fg=9)


# --- fewer colours ---


@pytest.mark.parametrize("theme", BUILT_IN, ids=lambda theme: theme.name)
def test_without_colours_all_themes_are_one(theme: Theme) -> None:
    assert fitted(theme, NONE) == COLORLESS
    assert not COLOR.search(written(theme, NONE, list(rows())))


@pytest.mark.parametrize("theme", BUILT_IN, ids=lambda theme: theme.name)
def test_a_terminal_of_sixteen_colours_gets_the_six_in_the_middle(theme: Theme) -> None:
    codes = {match[1] for match in COLOR.finditer(written(theme, ANSI, list(rows())))}
    assert codes <= {"31", "32", "33", "34", "35", "36", "94"}


def test_greys_become_dim_and_colours_keep_their_hue_where_there_are_sixteen() -> None:
    few = fitted(
        Theme("mine", {"dim": Style(fg=244), "accent": Style(fg=(0, 0xAF, 0xC0)), "error": Style(fg=196)}), ANSI
    )
    assert few.looks["dim"] == Style(dim=True)
    assert few.looks["accent"] == Style(fg=CYAN)
    assert few.looks["error"] == Style(fg=RED)


def test_a_terminal_of_256_colours_gets_the_nearest_one() -> None:
    theme = Theme("mine", {"accent": Style(fg=(255, 135, 0))})
    assert written(theme, PALETTE, [line(Span("x", Style(roles=("accent",))))]) == "\x1b[38;5;208mx\x1b[m\x1b[K"


# --- those of the user ---


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("cyan", Style(fg=6)),
        ("Bright-Red", Style(fg=9)),
        ("#ff8700", Style(fg=(255, 135, 0))),
        (244, Style(fg=244)),
        ("244", Style(fg=244)),
        ("bold underline #FF8700", Style(fg=(255, 135, 0), bold=True, underline=True)),
        ("dim", Style(dim=True)),
        ("default italic", Style(italic=True)),
        ("strike reverse", Style(crossed=True, reverse=True)),
    ],
)
def test_a_look_is_a_colour_attributes_or_both(value: object, look: Style) -> None:
    assert read_look(value) == look


@pytest.mark.parametrize("value", ["blurple", "#fff", "256", -1, 256, "red blue", True, 1.5, ["red"], "\x1b[31m"])
def test_anything_else_is_no_look(value: object) -> None:
    with pytest.raises(BadLook):
        read_look(value)


def test_a_theme_of_ones_own_fills_up_from_what_a_role_follows_and_from_its_base() -> None:
    tui = Tui(theme="mine", themes={"mine": {"base": "dark", "accent": "#ff8700", "success": 40, "fill": 236}})
    theme, faults = chosen_theme(tui)
    dark = {one.name: one for one in BUILT_IN}["dark"]
    assert faults == ()
    assert theme.looks["link"] == theme.looks["command"] == theme.looks["accent"] == Style(fg=(255, 135, 0))
    assert theme.looks["added"] == Style(fg=40)
    assert theme.looks["removed"] == dark.looks["removed"]
    assert theme.fill == 236
    assert [one.name for one in themes(tui)][:2] == ["mine", "terminal"]


def test_each_fault_is_a_line_and_costs_its_role_alone() -> None:
    table = {"accent": "blurple", "acent": "red", "error": "#ff0000", "base": "dakr", "fill": True}
    theme, faults = chosen_theme(Tui(theme="mine", themes={"mine": table}))
    assert theme.looks["error"] == Style(fg=(255, 0, 0))
    assert theme.looks["accent"] == TERMINAL.looks["accent"]
    assert len(faults) == 4
    assert all("\n" not in fault and "[tui.themes.mine]" in fault for fault in faults)
    assert any("`blurple`" in fault and "#rrggbb" in fault for fault in faults)
    assert any("acent" in fault and "accent" in fault for fault in faults)


def test_a_theme_that_is_not_there_is_named_with_all_there_are() -> None:
    theme, (fault,) = chosen_theme(Tui(theme="nope", themes={"mine": {}}))
    assert theme is TERMINAL
    assert "`nope`" in fault
    assert all(one.name in fault for one in themes(Tui(themes={"mine": {}})))


def test_names_of_later_releases_stand_for_a_theme_for_the_same_background() -> None:
    for name, expected in (("solarized-light", "light"), ("dracula", "dark"), ("davinci", "terminal")):
        theme, faults = chosen_theme(Tui(theme=name))
        assert (theme.name, faults) == (expected, ())


def test_all_roles_are_used_somewhere() -> None:
    used = {role for row in rows(palette=Palette(reads_code=True)) for span in row.spans for role in span.style.roles}
    assert set(ROLES) - used == {"text"}
    assert all(one != other for one, other in pairwise(ROLES))
    assert PLAIN.roles == ()
