from __future__ import annotations

import random
import subprocess

import pytest

from octavo.commands.quoting import quote_command, quote_parsed_command


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("", "''"),
        ("ls", "ls"),
        ("a+b-c./:@]_9", "a+b-c./:@]_9"),
        ("a=b", "'a=b'"),
        ("x]y", "x]y"),
        ("it's", '"it\'s"'),
        ("\\", '"\\\\"'),
        ("a^b", "a'^b'"),
        ("a'b!c", "\"a'b\"'!c'"),
        ('it\'s "q" $x', '"it\'s \\"q\\" "\'$x\''),
        ("^'", "'^'\"'\""),
        ("é", "'é'"),
        ("a\nb", "'a\nb'"),
        *((c, f"'{c}'") for c in "=,%~{#!"),
    ],
)
def test_a_word_gets_as_few_quotes_as_it_can(word: str, shown: str) -> None:
    assert quote_command([word]) == shown


def test_words_are_joined_by_one_space() -> None:
    assert quote_command(["rg", "-n", "BUG|FIXME", "-S"]) == "rg -n 'BUG|FIXME' -S"


def test_a_nul_byte_is_shown_unquoted_or_named() -> None:
    assert quote_command(["a b", "c\0"]) == "a b c\0"
    assert quote_parsed_command(["a b", "c\0"]) == "<command included NUL byte>"
    assert quote_parsed_command(["a b", "c"]) == "'a b' c"


def test_a_shell_reads_the_same_words_back() -> None:
    chance = random.Random(7)
    alphabet = "ab'\\^`$!\" é\n{~"
    words = ["".join(chance.choices(alphabet, k=chance.randint(0, 8))) for _ in range(300)]
    script = "printf '%s\\0' " + quote_command(words)
    read = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()
    assert read.split("\0")[:-1] == words
