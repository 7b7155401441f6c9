"""Live rows and printed lines on an emulated screen: what stands there, and what is written for it."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.screen.depth import ANSI, NONE, PALETTE, TRUE, color_depth, palette_index
from octavo.frontends.terminal.screen.live import Live
from octavo.frontends.terminal.screen.modes import rewraps
from octavo.frontends.terminal.screen.pager import WholeScreen
from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.styled import GREEN, Line, Span, Style, line


class Shown:
    """A terminal, what was written to it, and what scrolled off its top."""

    def __init__(self, columns: int = 20, lines: int = 8, *, rewraps: bool = False) -> None:
        self.screen = pyte.HistoryScreen(columns, lines, history=100_000)
        self.stream = pyte.Stream(self.screen)
        self.live = Live(Ink(TRUE), rewraps)
        self.columns = columns

    def frame(self, history: list[str], rows: list[str], cursor: tuple[int, int] | None = None) -> str:
        at = cursor or (len(rows) - 1, 0)
        text = self.live.frame([line(text) for text in history], [line(text) for text in rows], at, self.columns)
        self.stream.feed(text)
        return text

    def rows(self) -> list[str]:
        above = ["".join(row[x].data for x in range(self.columns)) for row in self.screen.history.top]
        rows = [row.rstrip() for row in [*above, *self.screen.display]]
        while rows and not rows[-1]:
            rows.pop()
        return rows


def test_lines_are_printed_above_the_live_rows() -> None:
    shown = Shown()
    shown.frame([], ["› draft", "", "footer"], (0, 7))
    shown.frame(["one", "two"], ["› draft", "", "footer"], (0, 7))
    assert shown.rows() == ["one", "two", "› draft", "", "footer"]
    assert (shown.screen.cursor.y, shown.screen.cursor.x) == (2, 7)


def test_what_does_not_change_is_not_written() -> None:
    shown = Shown()
    assert shown.frame([], ["a", "b"], (1, 1))
    assert shown.frame([], ["a", "b"], (1, 1)) == ""
    assert "a" not in shown.frame([], ["a", "c"], (1, 1))


def test_a_frame_costs_the_same_after_much_history() -> None:
    shown = Shown()
    shown.frame([str(number) for number in range(1000)], ["status 1", "›"])
    before = len(shown.frame([], ["status 2", "›"]))
    shown.frame([str(number) for number in range(1000)], ["status 1", "›"])
    assert len(shown.frame([], ["status 2", "›"])) == before


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12), st.lists(st.text("abc ", max_size=20), min_size=1, max_size=8), st.integers(0, 7)
        ),
        max_size=12,
    )
)
def test_whatever_grows_and_shrinks_no_line_is_lost_or_doubled(frames: list[tuple[int, list[str], int]]) -> None:
    shown, printed = Shown(), list[str]()
    for count, rows, row in frames:
        new = [f"N{len(printed) + number}" for number in range(count)]
        printed += new
        shown.frame(new, rows, (min(row, len(rows) - 1), 3))
        here = [text for text in shown.rows() if text.startswith("N")]
        assert here == printed
        live = shown.screen.display[shown.screen.cursor.y - min(row, len(rows) - 1) :]
        assert [text.rstrip() for text in live[: len(rows)]] == [text.rstrip() for text in rows]
        assert not "".join(live[len(rows) :]).strip()


def test_rows_that_the_terminal_has_rewrapped_are_counted() -> None:
    live = Live(Ink(NONE), rewraps=True)
    live.frame([], [line("x" * 18), line("› draft")], (1, 7), 20)
    assert live.to_top(20) == "\x1b[1A\r"
    assert live.to_top(10) == "\x1b[2A\r"  # the first row is two
    assert live.to_top(5) == "\x1b[5A\r"  # four, and the cursor is in the second part of its own
    still = Live(Ink(NONE), rewraps=False)
    still.frame([], [line("x" * 18), line("› draft")], (1, 7), 20)
    assert still.to_top(5) == "\x1b[1A\r"


def test_a_shorter_row_leaves_nothing_behind_that_tmux_would_lay_anew() -> None:
    shown = Shown(rewraps=True)
    shown.frame([], ["a long status", "a longer popup", "›"])
    assert "\x1b[Kshort" in shown.frame([], ["short", "a longer popup", "›"])
    printed = shown.frame(["one line", "two"], ["›"])
    assert ("\x1b[Ktwo" in printed, "\x1b[Kone line" in printed) == (True, False)  # only what is shorter than before
    assert shown.rows() == ["one line", "two", "›"]
    still = Shown()
    still.frame([], ["a long status", "›"])
    assert "\x1b[Kshort" not in still.frame([], ["short", "›"])


def test_a_row_as_wide_as_the_screen_keeps_its_last_character() -> None:
    shown = Shown(5)
    shown.frame(["12345"], ["abcde"], (0, 0))
    shown.frame([], ["abcdf"], (0, 0))
    assert shown.rows() == ["12345", "abcdf"]


def test_a_wide_character_that_has_no_room_is_left_out() -> None:
    shown = Shown(3)
    shown.frame([], ["a日本"], (0, 0))
    assert shown.screen.display[0].startswith("a日")
    assert Ink(NONE).row(line("日"), 1) == "\x1b[K"


def test_the_whole_screen_writes_only_rows_that_changed() -> None:
    pager = WholeScreen(Ink(NONE))
    assert pager.frame([line("a"), line("b")], None, 5, 3).count("H") == 4
    changed = pager.frame([line("a"), line("c")], None, 5, 3)
    assert "c" in changed
    assert "a" not in changed
    assert pager.frame([line("a"), line("c")], None, 5, 3) == ""


def test_colours_follow_what_the_terminal_has() -> None:
    green, rgb = line(Span("x", Style(fg=GREEN))), line(Span("x", Style(bg=(250, 0, 0))))
    assert "32" in Ink(ANSI).row(green, 9)
    assert "\x1b[" not in Ink(NONE).row(green, 1)
    assert "48;2;250;0;0" in Ink(TRUE).row(rgb, 9)
    assert "48;5;196" in Ink(PALETTE).row(rgb, 9)
    assert "48" not in Ink(ANSI).row(rgb, 9)
    assert "\x1b[1m" in Ink(NONE).row(line(Span("x", Style(bold=True))), 9)
    assert palette_index(128, 128, 128) == 244


def test_a_background_reaches_the_end_of_its_row_and_no_further() -> None:
    filled = Line((Span("x"),), Style(bg=(1, 2, 3)))
    assert Ink(TRUE).row(filled, 9) == "x\x1b[48;2;1;2;3m\x1b[K\x1b[m"


def test_the_environment_says_how_many_colours_there_are() -> None:
    assert color_depth({"TERM": "xterm-256color"}) == PALETTE
    assert color_depth({"TERM": "xterm-256color", "COLORTERM": "truecolor"}) == TRUE
    assert color_depth({"TERM": "screen", "COLORTERM": "truecolor"}) == ANSI
    assert color_depth({"TERM": "xterm-256color", "NO_COLOR": "1"}) == NONE


def test_a_terminal_is_taken_to_rewrap_only_when_it_is_known_to() -> None:
    assert rewraps({"TMUX": "/tmp/x", "TERM": "screen"})
    assert rewraps({"TERM": "xterm-256color"}, "VTE(7600)")
    assert not rewraps({"TERM": "xterm-256color"}, "XTerm(390)")
    assert not rewraps({"TERM": "xterm-256color"})
    assert not rewraps({"TERM": "screen", "STY": "1.pts"})


def test_rows_that_a_lower_terminal_has_cut_off_come_back() -> None:
    shown = Shown(20, 8)
    shown.frame(["N1", "N2"], ["a", "b", "c", "d"], (1, 0))
    shown.screen.resize(4, 20)  # the rows below the cursor are gone, and nobody has told the program yet
    shown.screen.cursor.y = 3
    shown.screen.erase_in_display(2)
    shown.frame([], ["a", "b", "C", "D"], (1, 0))
    assert [row.strip() for row in shown.screen.display] == ["", "", "C", "D"]
