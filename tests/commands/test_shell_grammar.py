from __future__ import annotations

import random
import subprocess
import sys

import pytest

from octavo.commands import shell_grammar
from octavo.commands.shell_grammar import login_script, word_only_commands
from octavo.commands.shell_words import split_words

ACCEPTED = {
    "ls && pwd; echo 'hi there' | wc -l": [["ls"], ["pwd"], ["echo", "hi there"], ["wc", "-l"]],
    "echo 123 456": [["echo", "123", "456"]],
    "ls\npwd": [["ls"], ["pwd"]],
    "\n ls": [["ls"]],
    "echo hi\n": [["echo", "hi"]],
    "ls;": [["ls"]],
    "ls || true": [["ls"], ["true"]],
    "echo a\\ b": [["echo", "a\\ b"]],
    "echo *.py": [["echo", "*.py"]],
    "echo ~": [["echo", "~"]],
    "echo !x": [["echo", "!x"]],
    "echo a=b": [["echo", "a=b"]],
    "echo a#b": [["echo", "a#b"]],
    'echo "a\\"b"': [["echo", 'a\\"b']],
    "echo 1.5": [["echo", "1.5"]],
    "echo @x %y": [["echo", "@x", "%y"]],
    "echo é": [["echo", "é"]],
    "echo ''": [["echo", ""]],
    "": [],
}

REFUSED = """
(ls)
ls > out.txt
cat <x
echo hi & echo bye
ls &
ls |& wc
echo "hi $USER"
echo $USER
echo ${USER}
echo $(ls)
echo `ls`
echo $((1+1))
echo $'x'
echo <(ls)
FOO=bar ls
FOO=bar
export A
ls &&
&& ls
'git status'
"ls"
echo a"b"
echo foo'bar'
echo ""
echo {a,b}
{ ls; }
! ls
ls # c
# c
f() { ls; }
if ls; then pwd; fi
for a in b; do ls; done
while ls; do pwd; done
[ -f x ]
[[ -f x ]]
echo 'open
ls; ; pwd
""".strip().splitlines()


@pytest.mark.parametrize("script", ACCEPTED)
def test_literal_words_and_connectors_are_read(script: str) -> None:
    assert word_only_commands(script) == ACCEPTED[script]


def test_a_line_continuation_is_blank() -> None:
    assert word_only_commands("ls\\\n -l") == [["ls", "-l"]]


@pytest.mark.parametrize("script", [*REFUSED, 'echo "a\nb"', "cat <<EOF\nx\nEOF", "cat <<< x", "echo \ud800"])
def test_anything_that_could_do_more_refuses_the_script(script: str) -> None:
    assert word_only_commands(script) is None


def test_only_a_bare_login_shell_with_one_script_counts() -> None:
    assert login_script(["bash", "-lc", "ls"]) == "ls"
    assert login_script(["zsh", "-lc", "ls"]) == "ls"
    for argv in (["/bin/bash", "-lc", "ls"], ["bash", "-c", "ls"], ["bash", "-lc", "ls", "x"], ["sh", "-lc", "ls"], []):
        assert login_script(argv) is None


def _scripts(chance: random.Random, count: int) -> list[str]:
    """Scripts that the shortcut is likely to take, made of the words that could fool it."""
    characters = "abzAZ019_./:@=%+,-"
    words = [
        "ls",
        "a.txt",
        "1",
        "1.5",
        "0x1",
        "-",
        "--",
        "--x=y",
        "a=b",
        "A=1",
        "+x",
        "%",
        ":",
        ",",
        "=",
        "==",
        "=~",
        "a==b",
        "a+=b",
        "in",
        "do",
        "if",
        "then",
        "test",
        "time",
        "export",
        "let",
        "eval",
        "for",
        "while",
        "done",
        "esac",
        "case",
        "select",
        "function",
        "coproc",
        "unset",
        "declare",
        "namespace",
        "-eq",
        "2.",
        "1,5p",
        "''",
        "'a",
        "b'",
        "'$x'",
        "'\\'",
        "'\"'",
        "'#'",
        "'`'",
        '"a"',
        '"a',
        "",
        'b"',
        '"a',
        'b"',
        '"1"',
        '"-"',
        '"="',
    ]
    scripts = []
    for _ in range(count):
        tokens = [chance.choice(("ls", "echo", "git", "a.b", "x-y", "x_1", *words))]
        for _ in range(chance.randint(0, 5)):
            draw = chance.random()
            if draw < 0.25:
                tokens.append(chance.choice(("&& ls", "| wc", "|| echo", "&&", "|")))
            elif draw < 0.5:
                tokens.append("".join(chance.choices(characters, k=chance.randint(1, 4))))
            else:
                tokens.append(chance.choice(words))
        scripts.append(" ".join(tokens).replace(" ;", ";"))
    return scripts


def test_the_shortcut_for_plain_scripts_agrees_with_the_grammar() -> None:
    taken = 0
    for script in _scripts(random.Random(3), 20_000):
        plain = shell_grammar._plain_commands(script)
        if plain is not None:
            taken += 1
            assert plain == shell_grammar._parsed_commands(script), script
    assert taken > 2_000


def test_a_plain_script_is_read_without_loading_the_grammar() -> None:
    program = (
        "import sys; from octavo.commands.parsed import parse_command;"
        "parse_command(['bash', '-lc', \"cd a && sed -n '1,20p' b.txt | head -n 5; rg -n 'x y' src\"]);"
        "sys.exit('tree_sitter' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc\nd", ["a", "b", "c", "d"]),
        ("ls; x", ["ls;", "x"]),
        ("a'b c'\"d e\"f", ["ab cd ef"]),
        ("'' \"\"", ["", ""]),
        ('"a\\$b\\`\\"\\\\\\x\\\nc"', ['a$b`"\\\\xc']),
        ("a\\ b \\'", ["a b", "'"]),
        ("a\\\nb", ["ab"]),
        ("a #b\nc", ["a", "c"]),
        ("a#b", ["a#b"]),
        ("# only", []),
        ("", []),
    ],
)
def test_words_are_split_as_a_shell_does(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize("text", ["'a", '"a', "a\\", '"a\\"'])
def test_an_open_quote_or_escape_has_no_words(text: str) -> None:
    assert split_words(text) is None
