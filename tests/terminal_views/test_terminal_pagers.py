"""Pagers: what they show, how they scroll, and that a long text costs what is seen of it."""

from __future__ import annotations

import pytest
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, Hands, ctrl, shown

from octavo.frontends.terminal.effects.sessions import Backtrack
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import GREEN, RED, Line, line
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.themes.theme import TERMINAL
from octavo.frontends.terminal.views.blocks import paragraph
from octavo.frontends.terminal.views.diff_pager import diff_pager
from octavo.frontends.terminal.views.pager import Pager, text_pager
from octavo.frontends.terminal.views.pager_document import Document
from octavo.frontends.terminal.views.transcript_pager import Said, TranscriptPager
from octavo.frontends.terminal.views.view import STAY

PAGE_UP, PAGE_DOWN, HOME, END, SPACE = Key("pageup"), Key("pagedown"), Key("home"), Key("end"), Key(" ", text=" ")


def of_lines(count: int) -> Pager:
    return text_pager("DIFF", [paragraph(line(f"row {number}")) for number in range(count)])


def content(view: Pager, width: int = 80, height: int = 14) -> list[str]:
    rows = shown(view, width, height)
    rule = next(index for index, row in enumerate(rows) if row.startswith("─"))
    return rows[1:rule]


def percent(view: Pager, width: int = 80, height: int = 14) -> str:
    return next(row for row in shown(view, width, height) if row.startswith("─")).strip("─ ")


def press(view: Pager, *keys: Key) -> None:
    for key in keys:
        view.handle(key, 0.0)
        view.rows(80, 14)


def test_title_text_rule_and_keys() -> None:
    rows = shown(of_lines(3), 40, 12)
    assert rows[0] == "/ D I F F / / / / / / / / / / / / / / /"
    assert rows[1:5] == ["row 0", "row 1", "row 2", "~"]
    assert rows[-3].endswith(" 100% ─")
    assert len(rows[-3]) == 40
    assert len(rows) == 12


def test_it_opens_at_the_top_and_scrolls_by_rows_and_pages() -> None:
    view = of_lines(100)
    assert content(view)[0] == "row 0"
    page = len(content(view))
    for key, first in (
        (DOWN, 1),
        (DOWN, 2),
        (UP, 1),
        (PAGE_DOWN, 1 + page),
        (SPACE, 1 + 2 * page),
        (PAGE_UP, 1 + page),
    ):
        press(view, key)
        assert content(view)[0] == f"row {first}"
    press(view, END)
    assert content(view)[-1] == "row 99"
    press(view, HOME)
    assert content(view)[0] == "row 0"


def test_it_stops_at_both_ends() -> None:
    view = of_lines(20)
    press(view, UP, PAGE_UP)
    assert content(view)[0] == "row 0"
    press(view, *[PAGE_DOWN] * 9, DOWN)
    assert content(view)[-1] == "row 19"
    press(view, UP)
    assert content(view)[-1] == "row 18"


def test_the_percentage_tells_how_far_one_is() -> None:
    view = of_lines(100)
    assert percent(view) == "0%"
    press(view, DOWN)
    assert percent(view) == "1%"
    press(view, END, UP)
    assert percent(view) == "99%"
    press(view, END)
    assert percent(view) == "100%"
    assert percent(of_lines(2)) == "100%"


@pytest.mark.parametrize("key", [Key("q", text="q"), CTRL_C, ESC])
def test_q_ctrl_c_and_esc_close(key: Key) -> None:
    assert of_lines(3).handle(key, 0.0).then == "close"


def test_pastes_and_other_keys_do_nothing() -> None:
    view = of_lines(3)
    for event in (Paste("q"), Key("y", text="y"), Key("1", text="1"), ENTER):
        assert view.handle(event, 0.0) is STAY


def test_long_lines_wrap_anew_at_each_width() -> None:
    view = text_pager("EXEC", [paragraph(line("x" * 100), words=False)])
    assert content(view, 40)[:3] == ["x" * 40, "x" * 40, "x" * 20]
    assert content(view, 80)[:2] == ["x" * 80, "x" * 20]


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (20, 4), (80, 6)])
def test_any_size_is_kept(size: tuple[int, int]) -> None:
    rows, _ = of_lines(50).rows(*size)
    assert len(rows) == size[1]
    assert all(line_width(row) <= size[0] for row in rows)
    assert any("r" in row.text for row in rows)


def test_a_search_goes_from_hit_to_hit_and_around_the_ends() -> None:
    view = of_lines(200)
    press(view, Key("/", text="/"))
    assert " Search:" in shown(view, 80, 14)
    press(view, *(Key(c, text=c) for c in "ROW 12x"), Key("backspace"), ENTER)
    for first in (12, 120, 121):
        assert content(view)[0] == f"row {first}"
        press(view, Key("n", text="n"))
    press(view, Key("N", shift=True, text="N"), Key("N", shift=True, text="N"), Key("N", shift=True, text="N"))
    assert content(view)[0] == "row 12"
    press(view, Key("N", shift=True, text="N"))
    assert content(view)[0] == "row 129"
    assert view.handle(Key("q", text="q"), 0.0).then == "close"


def test_what_was_found_is_marked_and_nothing_found_changes_nothing() -> None:
    view = of_lines(30)
    press(view, Key("/", text="/"), *(Key(c, text=c) for c in "ow 3"), ENTER)
    rows, _ = view.rows(80, 14)
    assert [span.text for span in rows[1].spans if TERMINAL.look(span.style).reverse] == ["ow 3"]
    before = content(view)
    press(view, Key("/", text="/"), *(Key(c, text=c) for c in "nothing"), ENTER, Key("n", text="n"))
    assert content(view) == before


def test_a_long_search_goes_on_beside_the_keys() -> None:
    view = of_lines(2000)
    press(view, Key("/", text="/"), *(Key(c, text=c) for c in "row 1999"), ENTER)
    assert " Searching for row 1999 …" in shown(view, 80, 14)
    while (due := view.deadline()) is not None:
        view.tick(due)
    assert content(view)[-1] == "row 1999"
    press(view, Key("/", text="/"), *(Key(c, text=c) for c in "nowhere"), ENTER)
    view.handle(HOME, 0.0)
    assert view.deadline() is None, "a key ends it"


def test_esc_leaves_the_search_and_not_the_pager() -> None:
    view = Transcript(10).pager()
    for key in (Key("/", text="/"), Key("q", text="q"), ESC):
        assert view.handle(key, 0.0) is STAY
    assert "Search" not in shown(view)[-2]
    assert selected(view) == []


# --- the transcript ---


class Transcript:
    """Blocks of a transcript and how often each was laid out."""

    def __init__(self, count: int) -> None:
        self.texts = [f"block {number}" for number in range(count)]
        self.live: list[str] = []
        self.laid_out = 0
        self.said = [Said(number, text) for number, text in enumerate(self.texts) if number % 3 == 0]
        self.document = Document(lambda: len(self.texts), self._rows, lambda width: [line(text) for text in self.live])

    def _rows(self, index: int, width: int) -> list[Line]:
        self.laid_out += 1
        return [line(self.texts[index]), line("")]

    def pager(self, *, backtrack: bool = False) -> TranscriptPager:
        return TranscriptPager(self.document, lambda: self.said, backtrack=backtrack)


def selected(view: Pager) -> list[str]:
    rows, _ = view.rows(80, 14)
    return [row.text for row in rows if row.spans and TERMINAL.look(row.spans[0].style).reverse]


def test_the_transcript_opens_at_its_end_and_follows_what_comes() -> None:
    transcript = Transcript(50)
    view = transcript.pager()
    assert "block 49" in content(view)
    transcript.texts.append("block 50")
    transcript.live = ["running"]
    assert content(view)[-1] == "running"
    press(view, UP, UP, UP)
    before = content(view)
    transcript.texts += ["block 51", "block 52"]
    assert content(view) == before
    press(view, END)
    assert content(view)[-1] == "running"


def test_opening_a_long_transcript_lays_out_a_screenful() -> None:
    transcript = Transcript(100_000)
    view = transcript.pager()
    content(view)
    assert transcript.laid_out < 100
    press(view, UP, PAGE_UP, UP, HOME, DOWN)
    assert transcript.laid_out < 1000
    assert percent(view) == "1%"


def test_esc_selects_the_newest_message_then_the_one_before_and_stops_at_the_oldest() -> None:
    transcript = Transcript(10)
    view = transcript.pager()
    for text in ("block 9", "block 6", "block 3", "block 0", "block 0"):
        view.handle(ESC, 0.0)
        assert selected(view) == [text]


def test_enter_gives_the_message_to_go_back_to() -> None:
    transcript = Transcript(10)
    hands = Hands(transcript.pager(backtrack=True))
    shown(hands.stack)
    hands.press(ESC, ENTER)
    assert hands.effects == [Backtrack(("block 0", "block 3", "block 6", "block 9"), 2)]
    assert hands.stack.top is None


def test_enter_without_a_selection_and_without_messages_does_nothing() -> None:
    transcript = Transcript(10)
    assert transcript.pager().handle(ENTER, 0.0) is STAY
    transcript.said = []
    view = transcript.pager(backtrack=True)
    assert selected(view) == []
    assert view.handle(ENTER, 0.0) is STAY


@pytest.mark.parametrize("key", [Key("q", text="q"), CTRL_C, ctrl("t")])
def test_the_transcript_closes_without_a_change(key: Key) -> None:
    outcome = Transcript(10).pager(backtrack=True).handle(key, 0.0)
    assert (outcome.effects, outcome.then) == ((), "close")


def test_a_selected_message_far_away_comes_into_view() -> None:
    transcript = Transcript(300)
    transcript.said = [Said(0, "block 0"), Said(150, "block 150"), Said(299, "block 299")]
    view = transcript.pager(backtrack=True)
    for text in ("block 299", "block 150", "block 0"):
        assert selected(view) == [text]
        view.handle(ESC, 0.0)


def test_the_hints_name_enter_once_a_message_is_selected() -> None:
    view = Transcript(3).pager()
    assert "enter" not in shown(view)[-1]
    view.handle(ESC, 0.0)
    assert "enter" in shown(view)[-1]


# --- the diff ---


def test_a_diff_keeps_the_colours_of_git_and_nothing_else_of_a_terminal() -> None:
    view = diff_pager("\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[31m-one\x1b[m\n\x1b[32m+O\x1b[2JNE\x1b[m\n")
    rows, _ = view.rows(80, 14)
    assert [row.text for row in rows[1:5]] == ["diff --git a/x b/x", "-one", "+ONE", "~"]
    assert (TERMINAL.look(rows[2].spans[0].style).fg, TERMINAL.look(rows[3].spans[0].style).fg) == (RED, GREEN)
