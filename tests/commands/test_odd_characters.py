"""Characters beyond ASCII in scripts: read as the shell reads them, and never the end of the program."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from octavo.commands.shell_grammar import word_only_commands
from octavo.patch.recognise import PatchCall, recognise


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo é 日本 \U0001f600", [["echo", "é", "日本", "\U0001f600"]]),
        ("grep '日本 語' *.py | wc", [["grep", "日本 語", "*.py"], ["wc"]]),
        ('echo "\U0010ffff x"; ls', [["echo", "\U0010ffff x"], ["ls"]]),
        ("echo a\u3000b", [["echo", "a\u3000b"]]),
    ],
)
def test_words_hold_any_character(script: str, words: list[list[str]]) -> None:
    assert word_only_commands(script) == words


@pytest.mark.parametrize("script", ["echo $é", "echo {é,a}", "echo \x01", "echo \ud800", "ls > é"])
def test_what_the_shell_could_read_otherwise_is_opaque(script: str) -> None:
    assert word_only_commands(script) is None


def test_no_character_ends_the_program() -> None:
    code = textwrap.dedent("""
        from octavo.commands.shell_grammar import word_only_commands
        templates = ("echo %s", "{%s}", "$%s", "a%s=b", "<<%s\\nx\\n%s\\n", "x[%s]=1", "${%s}", "[[ %s =~ %s ]]")
        for character in map(chr, (0x10FFFF, 0x100000, 0xC7FF8, 0x9F6A8, 0x83B8C, 0x1F600, 0x3000)):
            for template in templates:
                word_only_commands(template.replace("%s", character))
    """)
    for _ in range(8):  # where memory lies differs from one start to the next
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_patch_of_any_characters_is_found_in_its_script() -> None:
    patch = "*** Begin Patch\n*** Add File: 日本\n+\U0001f600 é\n*** End Patch"
    assert recognise(["bash", "-lc", f"cd é && apply_patch <<'EOF'\n{patch}\nEOF"], "/w") == PatchCall(patch, "/w/é")
    assert recognise(["bash", "-lc", f"apply_patch <<x\n{patch}\nx\n"], "/w") == PatchCall(patch, "/w")
    assert recognise(["bash", "-lc", f"apply_patch <<é\n{patch}\nü\n"], "/w") is None
