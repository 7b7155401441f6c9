from __future__ import annotations

import pytest

from octavo.config.dotenv import parse_dotenv

OUTER = {"OUT": "outer", "MY_VAR": "mine"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=plain", {"A": "plain"}),
        ("A = spaced  ", {"A": "spaced"}),
        ("  A=1", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        (" export\tA=1", {"A": "1"}),
        ("export=5", {"export": "5"}),
        ("A=", {"A": ""}),
        ("A=x\r\nB=y\r\n", {"A": "x", "B": "y"}),
        ("A=b=c", {"A": "b=c"}),
        ("# A=1\n\nB=2", {"B": "2"}),
        ("A=x # note", {"A": "x"}),
        ("A=x#y", {"A": "x#y"}),
        ("A=#x", {"A": ""}),
        ("A= # x", {"A": ""}),
        ('A="x # y" # z', {"A": "x # y"}),
        ("A=x # it's", {"A": "x"}),
        ("A='sq $OUT \\n'", {"A": "sq $OUT \\n"}),
        ('A="dq $OUT \\n \\" \\\\ \\$"', {"A": 'dq outer \n " \\ $'}),
        ("A=\\$OUT", {"A": "$OUT"}),
        ("A=a\\ b", {"A": "a b"}),
        ("A=a\\", {"A": "a"}),
        ("A='it''s'", {"A": "its"}),
        ("A=\"a\"b'c'", {"A": "abc"}),
        ('A="a\'b"', {"A": "a'b"}),
        ('A="two\nlines"\nB=1', {"A": "two\nlines", "B": "1"}),
        ("A=$OUT-x", {"A": "outer-x"}),
        ("A=${OUT}x", {"A": "outerx"}),
        ('A="$OUT-$MY_VAR"', {"A": "outer-mine"}),
        ("A=$NOPE", {"A": ""}),
        ("A=x$", {"A": "x"}),
        ("A=1\nB=$A\nOUT=2\nC=$OUT", {"A": "1", "B": "1", "OUT": "2", "C": "2"}),
        ("A.b=1", {"A.b": "1"}),
        ("A=\u00fcn\u00efcode", {"A": "\u00fcn\u00efcode"}),
        ("\ufeffA=1", {"A": "1"}),
    ],
)
def test_an_assignment_is_read(text: str, expected: dict[str, str]) -> None:
    assert dict(parse_dotenv(text, OUTER)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "no assignment",
        "export A",
        "1A=x",
        "A-B=x",
        "\u00e9=1",
        "=x",
        "A: yaml",
        "A=two words",
        "A='x' 'y'",
        'A="x" y',
        "A=a\\qb",
        'A="\\x"',
        "A=${OUT",
        "A=nul\0",
        'A="never closed',
        "A='never closed",
    ],
)
def test_a_malformed_line_is_skipped_and_later_lines_count(line: str) -> None:
    assert dict(parse_dotenv(f"{line}\nB=1\n", OUTER)) == {"B": "1"}
