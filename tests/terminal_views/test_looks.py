"""`/theme` and the settings of how the interface looks, in the whole program."""

from __future__ import annotations

import re
from pathlib import Path

from model_says import says
from whole_program import CONFIG, Program, program

MINE = '[tui] # mine\n# as ever\ntheme = "{}" # was light\nprose_width = 40\n[tui.themes.mine]\naccent = "#ff8700"\n'
ORANGE, BLUE = "38;5;208", "38;5;81"


def config(theme: str) -> str:
    return CONFIG + MINE.format(theme)


def saved_theme(here: Program) -> list[str]:
    text = (here.home / "config.toml").read_text()
    assert "# as ever\n" in text
    assert 'accent = "#ff8700"' in text
    return re.findall(r"^theme = .*$", text, re.MULTILINE)


async def test_the_screen_shows_the_theme_that_is_selected_and_esc_takes_it_back(tmp_path: Path) -> None:
    async with program(tmp_path, config=config("mine")) as here:
        await here.ask("/theme", r"› 1\. mine \(current\)")
        here.tty.log = ""
        await here.key("up", r"› 11\. monochrome")
        await here.key("up", r"› 10\. color-blind-light")
        assert ORANGE not in here.tty.log
        here.tty.log = ""
        await here.key("esc", "context left")
        await here.ask("/theme", r"› 1\. mine \(current\)")
        assert ORANGE in here.tty.log
        assert saved_theme(here) == ['theme = "mine" # was light']


async def test_a_theme_is_chosen_saved_and_stays(tmp_path: Path) -> None:
    async with program(tmp_path, config=config("mine")) as here:
        await here.ask("/theme", r"› 1\. mine")
        await here.key("4", r"^• Theme changed to dark")
        assert saved_theme(here) == ['theme = "dark" # was light']
        here.tty.log = ""
        await here.ask("/theme", r"› 4\. dark \(current\)")
        assert BLUE in here.tty.log


async def test_a_theme_that_cannot_be_saved_holds_all_the_same_which_is_told(tmp_path: Path) -> None:
    async with program(tmp_path, config=config("mine")) as here:
        await here.ask("/theme", r"› 1\. mine")
        (here.home / "config.toml").write_text("model = [")
        here.tty.log = ""
        await here.key("4", r"^■ The theme holds for this session, but$")
        await here.ask("/theme", r"› 4\. dark \(current\)")
        assert BLUE in here.tty.log
        assert (here.home / "config.toml").read_text() == "model = ["


async def test_a_theme_that_is_not_there_costs_one_line_and_prose_keeps_to_its_column(tmp_path: Path) -> None:
    async with program(tmp_path, [says("word " * 40)], config=config("nope")) as here:
        await here.see("⚠ There is no theme `nope`")
        assert sum("There is no theme" in row for row in here.rows) == 1
        await here.ask("go", r"^• word")
        await here.idle()
        said = [row for row in here.rows if "word word" in row]
        assert len(said) > 4
        assert max(map(len, said)) <= 40


async def test_under_no_color_the_list_says_that_all_look_the_same(tmp_path: Path) -> None:
    async with program(tmp_path, config=config("dark"), environ={"NO_COLOR": "1"}) as here:
        await here.ask("/theme", "all themes look the same here")
        assert not re.search(r"\x1b\[(?:\d+;)*[34]\d", here.tty.log)
