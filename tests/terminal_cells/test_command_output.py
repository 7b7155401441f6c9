"""The output of commands: colours stay, controls do nothing, long ones are cut in the middle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from octavo.frontends.terminal.cells.output import limited
from octavo.frontends.terminal.text.ansi import ansi_lines, output_lines
from octavo.frontends.terminal.text.highlight import shell_lines
from octavo.frontends.terminal.text.styled import DIM, GREEN, RED, Style
from octavo.frontends.terminal.themes.theme import TERMINAL


def texts(output: str) -> list[str]:
    return [row.text for row in ansi_lines(output_lines(output))]


def test_colours_last_until_they_are_reset_over_line_ends_too() -> None:
    first, second = ansi_lines(output_lines("\x1b[31mred\x1b[0m plain \x1b[1;32mgreen\nstill\x1b[m off\n"))
    assert [(span.text, span.style) for span in first.spans] == [
        ("red", Style(fg=RED)), (" plain ", Style()), ("green", Style(fg=GREEN, bold=True)),
    ]  # fmt: skip
    assert [span.style for span in second.spans] == [Style(fg=GREEN, bold=True), Style()]


def test_colours_of_the_palette_and_true_colours_are_read_in_both_spellings() -> None:
    (row,) = ansi_lines(["\x1b[38;5;200ma\x1b[38;2;1;2;3mb\x1b[38:2::9:8:7mc\x1b[48;5;20md\x1b[39;49;97;100me"])
    assert [(TERMINAL.look(span.style).fg, span.style.bg) for span in row.spans] == [
        (200, None), ((1, 2, 3), None), ((9, 8, 7), None), ((9, 8, 7), 20), (15, 8),
    ]  # fmt: skip


def test_senseless_colours_change_nothing() -> None:
    (row,) = ansi_lines(["\x1b[38;5;999ma\x1b[38;2;1mb\x1b[38mc\x1b[;;md\x1b[1234567890me"])
    assert all(span.style == Style() for span in row.spans)


def test_other_sequences_are_gone() -> None:
    output = (
        "\x1b]0;stolen\x07\x1b]52;c;eA==\x07\x1b[2J\x1b[H\x1b[?1049h\x1b[5;1Hmoved\n\x1b[3A\x1b[999Dup\x1b[K\x08\x00\n"
    )
    assert texts(output) == ["moved", "up"]


def test_a_carriage_return_begins_a_new_state_of_its_line() -> None:
    assert texts("p 10%\rp 55%\rp 100%\r\nend\r\n\r\rx\n") == ["p 100%", "end", "x"]


def test_tabs_are_expanded_from_the_columns_before_them_colours_or_not() -> None:
    assert texts("a\tb\n\tc\n\x1b[31mab\x1b[0m\tc\n") == ["a   b", "    c", "ab  c"]


def test_a_style_lies_over_the_base() -> None:
    (row,) = ansi_lines(["\x1b[31mred"], DIM)
    assert TERMINAL.look(row.spans[0].style) == Style(fg=RED, dim=True)


def test_output_is_cut_in_the_middle_by_lines() -> None:
    numbers = [f"{number}\n" for number in range(1, 12)]
    assert limited("".join(numbers[:5]), 5).omitted == 0
    six = limited("".join(numbers[:6]), 5)
    assert (six.head, six.omitted, six.tail) == (("1", "2"), 2, ("5", "6"))
    assert limited("".join(numbers), 5).omitted == 7
    long = limited("x\n" * 51, 50)
    assert (len(long.head), long.omitted, len(long.tail)) == (24, 2, 25)


def test_a_line_without_end_is_cut() -> None:
    (kept,) = limited("y" * 1_000_000, 5).head
    assert len(kept) < 10_000


@given(st.text(alphabet=st.sampled_from("ab\x1b[]0;1m\r\n\t\x07\x9b\x9d漢\ud800K"), max_size=80))
def test_nothing_of_any_output_is_a_control(output: str) -> None:
    assert all(text.isprintable() for text in texts(output))


def dims(script: str) -> list[str]:
    return [span.text for row in shell_lines(script) for span in row.spans if TERMINAL.look(span.style).dim]


def test_strings_operators_and_comments_of_a_script_are_dim() -> None:
    assert dims("echo 'a b' | grep \"x\\\"y\" > f # it's") == ["'a b'", "|", '"x\\"y"', ">", "# it's"]
    assert dims("echo a#b \\' $HOME") == []


def test_a_document_within_a_script_is_no_string() -> None:
    assert dims("cat <<'EOF'\ndon't | x\nEOF\necho 'y'") == ["'y'"]


@given(st.text(alphabet=st.sampled_from("ab'\"\\#|&;<>()$\n EOF"), max_size=60))
def test_highlighting_changes_no_letter(script: str) -> None:
    assert "\n".join(row.text for row in shell_lines(script)) == script
