"""Addresses in messages: whole behind every row, and only where the terminal knows how."""

from __future__ import annotations

import re

import pytest

from octavo.frontends.terminal.cells.agent import AgentMessage
from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.screen.depth import PALETTE
from octavo.frontends.terminal.screen.modes import knows_links
from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.links import is_address, with_links
from octavo.frontends.terminal.text.styled import line

LONG = "https://example.com/" + "part/" * 40 + "end"
LINK = re.compile(r"\x1b\]8;id=[0-9a-f]+;([^\x1b]*)\x1b\\(.*?)\x1b\]8;;\x1b\\")


def links(text: str) -> list[tuple[str, str]]:
    """What is shown as a link, and where it leads."""
    return [(span.text, span.style.link) for span in with_links(line(text)).spans if span.style.link]


@pytest.mark.parametrize("around", ["{}", "`{}`", "see {}.", "- {}", "```\n{}\n```", "> {}", "| {} |"])
def test_every_row_of_a_long_address_leads_to_the_whole_of_it(around: str) -> None:
    text = around.format(LONG)
    ink = Ink(PALETTE, links=True)
    rows = [ink.row(row, 60) for row in AgentMessage(text).scrollback(60, Palette())]
    found = [match for row in rows for match in LINK.findall(row)]
    assert len(found) > 3
    assert {address for address, _ in found} == {LONG}
    assert "".join(re.sub(r"\x1b\[[0-9;]*m", "", shown) for _, shown in found) == LONG
    assert all(row.count("\x1b]8;") % 2 == 0 for row in rows), "none is left open"


def test_a_text_leads_where_its_address_does() -> None:
    (row,) = AgentMessage("[guide](http://x/g) end").scrollback(60, Palette())
    assert [(span.text, span.style.link) for span in row.spans if span.style.link] == [
        ("guide", "http://x/g"), ("http://x/g", "http://x/g"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.b/c, or", ["http://a.b/c"]),
        ("(http://a.b/c)", ["http://a.b/c"]),
        ("http://a.b/x_(y)", ["http://a.b/x_(y)"]),
        ("**http://a.b**", ["http://a.b"]),
        ("http://a.b/1 http://a.b/2!", ["http://a.b/1", "http://a.b/2"]),
        ("file:///etc/passwd javascript://x", []),
        ("http://", []),
        ("http://" + "x" * 3000, []),
        ("no address: //", []),
    ],
)
def test_what_an_address_is(text: str, found: list[str]) -> None:
    assert links(text) == [(address, address) for address in found]
    assert with_links(line(text)).text == text


@pytest.mark.parametrize("text", ["http://a\x1b]8;;evil", "http://a b", "http://日", "ftp://a", "http://a\n"])
def test_nothing_else_gets_into_the_sequence(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("environ", "name", "known"),
    [
        ({"TERM": "xterm-256color"}, "", False),
        ({"TERM": "xterm-256color"}, "WezTerm 2024", True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "", True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4800"}, "", False),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, "", True),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1", "NO_COLOR": "1"}, "", False),
        ({"TMUX": "x", "KITTY_WINDOW_ID": "1"}, "tmux 3.3a", False),
        ({"TMUX": "x"}, "tmux 3.4", True),
        ({"TERM": "xterm", "FORCE_HYPERLINK": "1"}, "", True),
        ({"KITTY_WINDOW_ID": "1", "FORCE_HYPERLINK": "0"}, "", False),
    ],
)
def test_only_terminals_that_are_known_to_obey_get_links(environ: dict[str, str], name: str, known: bool) -> None:
    assert knows_links(environ, name) is known


def test_elsewhere_not_a_byte_of_it_is_written() -> None:
    (row, *_) = AgentMessage(LONG).scrollback(60, Palette())
    assert "\x1b]8" not in Ink(PALETTE).row(row, 60)
