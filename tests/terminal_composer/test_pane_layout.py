"""The rows of the bottom pane in every state and size."""

from __future__ import annotations

import pytest
from typist import Typist, key

from octavo.config.load import ConfigSources, load_config
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.drawing import draft_rows
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.status import Light, Status, status_row
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.run import EXAMPLES, composer_of
from octavo.frontends.terminal.text.styled import BOLD, DIM, PLAIN, Style, line
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.themes.theme import TERMINAL

WORKING = Status("Working", 12)
STATUS_ROW = "• Working (12s • esc to interrupt)"
NORMAL = "  100% context left · ? for shortcuts"


def test_idle_and_empty() -> None:
    assert Typist().rows() == ["", "", "› Explain this", "", NORMAL]
    assert Typist().cursor() == (2, 2)


def test_an_empty_composer_shows_one_of_six_examples() -> None:
    assert len(set(EXAMPLES)) == 6
    composer = composer_of(load_config(ConfigSources("/nowhere", "/ws", {})))
    rows = pane_rows(Pane(composer), 80, 24)[0]
    assert rows[2].text.removeprefix("› ") in EXAMPLES
    assert all(TERMINAL.look(span.style).dim for span in rows[2].spans[1:])
    assert composer.empty


def test_an_example_that_does_not_fit_ends_in_dots() -> None:
    assert pane_rows(Pane(Typist().composer), 12, 24)[0][2].text == "› Explain…"


def test_the_sign_is_bold_and_other_rows_are_indented() -> None:
    rows = pane_rows(Pane(Typist().type("one\ntwo").composer), 80, 24)[0]
    assert (rows[2].spans[0].text, TERMINAL.look(rows[2].spans[0].style).bold) == ("› ", True)
    assert rows[3].text == "  two"


def test_everything_at_once() -> None:
    typist = Typist(bursts=False)
    typist.composer.busy = True
    typist.type("first").keys("enter").type("now\nthis")
    rows = typist.rows(WORKING, live=(line("• Running make"),))
    assert rows == [
        "", "• Running make", "", STATUS_ROW, "  ↳ first", "    alt + ↑ edit", "", "",
        "› now", "  this", "", "  100% context left",
    ]  # fmt: skip
    assert typist.cursor(WORKING) == (7, 6)


@pytest.mark.parametrize(
    ("height", "rows"),
    [
        (1, ["› text"]),
        (2, ["› text", "  100% context left"]),
        (3, [STATUS_ROW, "› text", "  100% context left"]),
        (4, [STATUS_ROW, "› text", "", "  100% context left"]),
        (7, ["", STATUS_ROW, "", "", "› text", "", "  100% context left"]),
        (8, ["", STATUS_ROW, "    alt + ↑ edit", "", "", "› text", "", "  100% context left"]),
    ],
)
def test_what_gives_way_where_rows_are_missing(height: int, rows: list[str]) -> None:
    typist = Typist(bursts=False, height=height)
    typist.composer.busy = True
    typist.type("waits").keys("enter").type("text")
    assert typist.rows(WORKING, live=(line("live"),)) == rows


def test_a_long_draft_scrolls_with_the_cursor() -> None:
    typist = Typist(width=60, height=20).type("\n".join(f"line {n}" for n in range(1, 31)))
    rows = typist.rows()
    assert len(rows) == 20
    assert "  line 30" in rows
    assert rows[typist.cursor()[0]] == "  line 30"
    for _ in range(5):
        typist.keys("up").rows()
    assert "  line 30" in typist.rows()
    typist.keys(*["up"] * 24)
    assert "› line 1" in typist.rows()
    assert "  line 30" not in typist.rows()
    assert typist.rows()[typist.cursor()[0]] == "› line 1"


@pytest.mark.parametrize("width", range(1, 24))
@pytest.mark.parametrize("height", [1, 2, 3, 5, 9, 24])
def test_every_size_is_kept_to(width: int, height: int) -> None:
    typist = Typist(bursts=False, width=width, height=height)
    typist.composer.busy = True
    for text in ("日本語 waits", "a b c", "/", "日本語のテキスト and\tmore words", "@x"):
        typist.type(text)
        rows, (row, column) = pane_rows(
            Pane(typist.composer, status=WORKING, live=(line("x"),) * 3, now=1.1), width, height
        )
        assert len(rows) <= height
        assert all(line_width(row) <= width for row in rows)
        assert 0 <= row < len(rows)
        assert 0 <= column < width
        typist.keys("alt-enter" if text == "@x" else "enter")


def test_footer_states() -> None:
    typist = Typist()
    assert typist.footer == NORMAL
    assert typist.type("x").footer == "  100% context left"
    assert typist.keys("ctrl-c").footer == "  ctrl + c again to quit"
    assert typist.keys("left").footer == NORMAL
    assert typist.keys("escape").footer == "  esc again to edit previous message"
    assert typist.keys("left").footer == NORMAL
    assert typist.rows(context_left=73)[-1] == "  73% context left · ? for shortcuts"


def test_the_table_of_keys_opens_in_an_empty_composer_only() -> None:
    typist = Typist().keys("?")
    table = typist.rows()[-4:]
    assert table[0].startswith("  / ")
    whole = "\n".join(table)
    for name in ("ctrl + j", "@ ", "ctrl + v", "esc esc", "ctrl + c", "ctrl + t"):
        assert name in whole
    assert "shift + enter" in "\n".join(typist.rows(enhanced=True)[-4:])
    assert "esc again" in "\n".join(typist.keys("escape").rows()[-4:])
    assert typist.keys("?").footer == NORMAL
    assert typist.text == ""
    assert typist.keys("?").type("a").footer == "  100% context left"
    assert typist.keys("?").text == "a?"


def test_the_table_of_keys_in_a_narrow_terminal() -> None:
    rows = Typist(width=40).keys("?").rows()[-8:]
    assert all(len(row) <= 40 for row in rows)
    assert [row.split()[0] for row in rows] == ["/", "ctrl", "@", "ctrl", "esc", "ctrl", "!", "ctrl"]


def test_waiting_messages_take_three_rows_each() -> None:
    typist = Typist(bursts=False, width=40)
    typist.composer.busy = True
    typist.type("short").keys("enter").type("\n".join(f"line {n}" for n in range(1, 6))).keys("enter")
    typist.type(" ".join(f"word{n}" for n in range(12))).keys("enter")
    rows = typist.rows(WORKING)
    assert rows[2:7] == ["  ↳ short", "  ↳ line 1", "    line 2", "    line 3", "    …"]
    assert [row[:4] for row in rows[7:10]] == ["  ↳ ", "    ", "    "]
    assert " ".join(row[4:] for row in rows[7:10]) == " ".join(f"word{n}" for n in range(12))
    assert rows[10:13] == ["    alt + ↑ edit", "", ""]


def test_waiting_messages_need_five_columns() -> None:
    typist = Typist(bursts=False, width=5)
    typist.composer.busy = True
    typist.type("a").keys("enter")
    assert any("↳" in row for row in typist.rows())
    typist.width = 4
    assert not any("↳" in row for row in typist.rows())


def test_the_status_row_is_cut_and_its_dot_blinks() -> None:
    assert status_row(WORKING, 0.1, 80).text == STATUS_ROW
    assert status_row(WORKING, 0.7, 80).text == STATUS_ROW.replace("•", "◦", 1)
    assert status_row(WORKING, 0.1, 14).text == "• Working (12s"
    assert status_row(Status("Undoing", 3, interruptible=False), 0.1, 80).text == "• Undoing (3s)"


def test_the_band_of_light_goes_over_the_text_in_two_seconds() -> None:
    """Eight letters and ten columns of padding at both ends are 28 places: one every 1/14 of a second."""

    def styles(now: float) -> list[Style]:
        row = status_row(Status("abcdefgh", 0), now, 80)
        return [span.style for span in row.spans[2:-1] for _ in span.text]

    assert set(styles(0.0)) == {DIM}
    middle = styles(14 / 14)  # its middle is over the fifth letter
    assert middle == [DIM, PLAIN, *[BOLD] * 5, PLAIN]
    assert styles(14 / 14 + 2.0) == middle


def test_light_runs_over_the_status_row() -> None:
    light = Light((200, 200, 200), (0, 0, 0))
    assert status_row(WORKING, 0.0, 80, light).text == STATUS_ROW
    colors = {
        TERMINAL.look(span.style).fg for at in range(20) for span in status_row(WORKING, at / 10, 80, light).spans
    }
    assert (200, 200, 200) in colors
    assert len(colors) > 5


def test_the_background_reaches_the_end_of_the_composer_rows() -> None:
    fill = Style(bg=236)
    rows = pane_rows(Pane(Typist().type("a\nb").composer, fill=fill), 80, 24)[0]
    assert [row.fill for row in rows] == [None, fill, fill, fill, fill, None]


def test_what_cannot_be_printed_is_shown_harmlessly() -> None:
    typist = Typist().paste("a\tb\x1b[2J\x9b\ud83d!")
    assert typist.rows()[2] == "› a    b␛[2J\ufffd\ufffd!"
    assert typist.text == "a\tb\x1b[2J\x9b\ud83d!"
    assert typist.cursor() == (2, 15)


def test_the_cursor_behind_a_full_row() -> None:
    typist = Typist(width=13).type("0123456789")
    assert typist.rows()[2] == "› 0123456789"
    assert typist.cursor() == (2, 12)
    assert typist.type("x").cursor() == (3, 3)
    assert Typist(width=13).type("0123456789 ").cursor() == (3, 2)
    assert Typist(width=13).type("01234567 9 ab").rows()[2:4] == ["› 01234567 9 ", "  ab"]


def test_keys_of_right_to_left_text_stay_in_one_span() -> None:
    typist = Typist().keys(*(Key("x", text=letter) for letter in "שלום"), key("!"))
    rows = pane_rows(Pane(typist.composer), 80, 24)[0]
    assert [span.text for span in rows[2].spans] == ["› ", "שלום!"]


def test_the_background_of_the_draft_is_under_its_text_too() -> None:
    fill = Style(bg=(30, 30, 30))
    for draft in (Draft(), Draft("some text", 0)):
        (row,), _, _ = draft_rows(draft, "an example", 40, 3, 0, fill)
        assert row.fill == fill
        assert all(span.style.bg == fill.bg for span in row.spans)
