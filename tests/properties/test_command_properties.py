"""What holds for every command and every output: nothing crashes, words are the shell's, cuts stay in their size."""

from __future__ import annotations

import shlex
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.commands.parsed import parse_command
from octavo.commands.safe import is_known_safe, looks_dangerous
from octavo.commands.shell_grammar import word_only_commands
from octavo.protocol.middle_cut import cut_middle
from octavo.tools.output_format import MAX_BYTES, MAX_LINES, shell_output_json, to_text_form, truncate_for_model

PIECE = st.sampled_from(
    [
        *[
            "ls",
            "cat",
            "git",
            "status",
            "sed",
            "-n",
            "1,5p",
            "find",
            ".",
            "rg",
            "$x",
            "$(ls)",
            "`ls`",
            "a=b",
            "--",
            "é",
        ],
        *"'\"\\|;>&(){}*~#!= \n\0",
        *("x y", "&&", "<<EOF"),
    ]
)
SCRIPT = st.one_of(st.lists(PIECE, max_size=12).map(" ".join), st.lists(PIECE, max_size=8).map("".join), st.text())
ARGV = st.one_of(SCRIPT.map(lambda script: ["bash", "-lc", script]), st.lists(st.one_of(PIECE, st.text()), max_size=6))
WORD = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=8)
OUTPUT = st.builds(lambda text, times: text * times, st.text(max_size=40), st.integers(0, 2_000))


@given(ARGV)
def test_any_command_is_described_and_judged(argv: list[str]) -> None:
    parse_command(argv)
    assert not (is_known_safe(argv) and looks_dangerous(argv))


@given(SCRIPT)
def test_a_script_that_expands_or_redirects_is_never_read_as_words(script: str) -> None:
    commands = word_only_commands(script)
    outside_quotes = "".join(part for at, part in enumerate(script.split("'")) if at % 2 == 0)
    if commands is not None and '"' not in script and "\\" not in script:
        assert not set("$`><()") & set(outside_quotes)


@given(st.lists(WORD, min_size=1, max_size=5))
@settings(max_examples=100)
def test_words_that_are_read_are_the_words_that_bash_sees(words: list[str]) -> None:
    script = shlex.join(["printf", "%s\\0", *words])
    read = word_only_commands(script)
    if read is None:
        return
    seen = subprocess.run(["bash", "-c", script], check=True, capture_output=True).stdout
    assert [word.encode() for word in read[0][2:]] == seen.split(b"\0")[:-1]


@given(OUTPUT)
def test_what_a_model_reads_of_an_output_is_all_of_it_or_its_ends(output: str) -> None:
    shown = truncate_for_model(output)
    if output.count("\n") < MAX_LINES and len(output.encode()) <= MAX_BYTES:
        assert shown == output
    if shown == output:
        return
    header, body = shown.split("\n\n", 1)
    lines = output.count("\n") + (not output.endswith("\n"))
    assert header == f"Total output lines: {lines}"
    assert len(body.encode()) <= MAX_BYTES
    head, tail = body.split("\n[... ", 1)[0], body.rsplit(" ...]\n\n", 1)[1]
    assert output.startswith(head)
    assert output.endswith(tail)


@given(OUTPUT, st.integers(-1, 255), st.floats(0, 1e6))
def test_every_result_of_a_command_can_be_shown_as_text(output: str, exit_code: int, seconds: float) -> None:
    assert to_text_form(shell_output_json(output, exit_code, seconds)) is not None


@given(OUTPUT, st.integers(0, 20_000))
def test_a_middle_that_is_cut_out_leaves_the_ends(text: str, size: int) -> None:
    cut = cut_middle(text, size)
    if len(text.encode()) <= size:
        assert cut == text
    else:
        assert cut != text
        assert len(cut.encode()) <= max(size, 40) + len("\n\n")
