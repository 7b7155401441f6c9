"""The short way to read a configuration: it agrees with the whole parser, or leaves the file to it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octavo.config.plain_toml import plain_toml
from octavo.config.toml import parse_toml
from octavo.errors import ConfigError

USUAL = """# mine
model = "gpt-5-codex" # a remark
model_context_window = 100000000
hide_agent_reasoning = false
notify = ["notify-send", 'it\\s', ]
empty = []

[model_providers.bench]
  name = "bench"
base_url = 'http://127.0.0.1:9/v1'
retries = -1

[projects."/home/me/my work"]
trust_level = "trusted"
[projects]
[mcp_servers.mute1]
command = "sleep"
args = ["600"]
"a key" = "é 日"
"""
ODD = r"""[a]
[a.b]
[a.'b.c'.d]
[[a]]
[]
[a.]
[ a . b ]
[a] # x
[a]b
[""]
['a
a = 1
a = 01
a = +1
a = 1_0
a = 1.5
a = 0x1
a = inf
a = 1979-05-27
a = {}
a = {b=1}
a.b = 1
b = [1, 2]
b = ["x" "y"]
b = [,"x"]
b = ["x",,]
b = ["x"
"y"]
b = [[]]
b = true false
b = True
c = "x\n"
c = "x" y
c = 'x
c = ""
c = ''''
d =
= 1
d
é = 1
'q' = 1
"q"x = 1
a b = 1
e=1#
-=0
f=-
f=--1
f=-0
f=99999999999999999999"""
STRANGE = ("\u00a0", "\u00a0d = 1", "d = 1\u00a0", "d = \u0661", "x = 1\x0b", 'x = "\x7f"', "# \x00", "x = '\t'", "\r",
           "x = 1\r", "a\u2028= 1", 'c = """')  # fmt: skip
LINES = (*USUAL.split("\n"), *ODD.split("\n"), *STRANGE)


def agrees(text: str) -> None:
    found = plain_toml(text)
    if found is not None:
        assert repr(found) == repr(tomllib.loads(text)), "types and order too"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_people_usually_write_is_read_the_short_way(end: str) -> None:
    text = USUAL.replace("\n", end)
    assert plain_toml(text) == tomllib.loads(text)
    agrees(text)


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_read_as_the_parser_reads_it_or_left_to_it(line: str) -> None:
    agrees(line)
    agrees(f"x = 0\n{line}\n[t]\ny = 'z'")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_lines_in_any_order_are_never_read_in_another_way(lines: list[str], end: str) -> None:
    agrees(end.join(lines))


@settings(max_examples=500, deadline=None)
@given(st.text("ab.=[]\"'# \t\n\r01-_,\\é", max_size=40))
@example("[a]\n[a]")
@example("[a]\nb = 1\n[a.b]")
@example("[a.b]\n[a]\nb = 1")
def test_no_text_is_read_in_another_way(text: str) -> None:
    agrees(text)


def test_mistakes_are_told_by_the_parser() -> None:
    with pytest.raises(ConfigError, match="line 2, column"):
        parse_toml("a = 1\na = 2\n", "config.toml")


def test_a_start_with_a_plain_file_loads_no_parser(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(USUAL)
    code = (
        "import sys; from octavo.config.layers import read_toml; "
        f"assert read_toml({str(path)!r})['model']; assert 'tomllib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
