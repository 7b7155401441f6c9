"""Bytes to keys: every spelling, any split, nothing of a sequence as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.frontends.terminal.keys.key import ColorReply, Focus, Input, Key, KeyboardReply, Paste, VersionReply
from octavo.frontends.terminal.keys.parser import ESC_S, PASTE_S, SEQUENCE_S, Parser

SPELLINGS: list[tuple[str, Input]] = [
    ("a", Key("a", text="a")),
    ("É", Key("É", text="É")),
    ("😀", Key("😀", text="😀")),
    ("\r", Key("enter")),
    ("\n", Key("j", ctrl=True)),
    ("\t", Key("tab")),
    ("\x7f", Key("backspace")),
    ("\x08", Key("h", ctrl=True)),
    ("\x03", Key("c", ctrl=True)),
    ("\x1f", Key("_", ctrl=True)),
    ("\x1b[Z", Key("backtab", shift=True)),
    *((up, Key("up")) for up in ("\x1b[A", "\x1bOA", "\x1b[1;1A", "\x1b[57419u")),
    *((home, Key("home")) for home in ("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x1b[1;1H")),
    *((end, Key("end")) for end in ("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~")),
    *((enter, Key("enter", shift=True)) for enter in ("\x1b[13;2u", "\x1b[27;2;13~", "\x1bOM")),
    ("\x1b\r", Key("enter", alt=True)),
    ("\x1b[13;5u", Key("enter", ctrl=True)),
    ("\x1b[106;5u", Key("j", ctrl=True)),
    ("\x1bb", Key("b", alt=True)),
    ("\x1b[98;3u", Key("b", alt=True)),
    ("\x1b[1;3D", Key("left", alt=True)),
    ("\x1b\x1b[D", Key("left", alt=True)),
    ("\x1b[1;5D", Key("left", ctrl=True)),
    ("\x1bOd", Key("left", ctrl=True)),
    ("\x1b[d", Key("left", shift=True)),
    ("\x1b\x7f", Key("backspace", alt=True)),
    ("\x1b[127;3u", Key("backspace", alt=True)),
    ("\x1b\x08", Key("h", ctrl=True, alt=True)),
    ("\x1b[3;3~", Key("delete", alt=True)),
    ("\x1b[3^", Key("delete", ctrl=True)),
    ("\x1b[3$", Key("delete", shift=True)),
    ("\x1b[27u", Key("escape")),
    ("\x1b[99;5u", Key("c", ctrl=True)),
    ("\x1b[97:65;2u", Key("A", shift=True, text="A")),
    ("\x1b[57;2;47u", Key("/", shift=True, text="/")),
    ("\x1b[47;2u", Key("/", shift=True, text="/")),
    ("\x1b[32u", Key(" ", text=" ")),
    ("\x1b[57410u", Key("/", text="/")),
    ("\x1bOq", Key("1", text="1")),
    ("\x1b[64;7u", Key("@", text="@")),
    ("\x1b[113;7:1;64u", Key("@", text="@")),
    ("\x1b[I", Focus(True)),
    ("\x1b[O", Focus(False)),
    ("\x1b[?5u", KeyboardReply(5)),
    ("\x1b]11;rgb:0000/8080/ffff\x07", ColorReply(11, 0, 128, 255)),
    ("\x1b]10;rgb:cc/cc/cc\x1b\\", ColorReply(10, 204, 204, 204)),
    ("\x1bP>|tmux 3.4\x1b\\", VersionReply("tmux 3.4")),
    ("\x1b[200~a\rb\x1b[31mé\x1b[201~", Paste("a\rb\x1b[31mé")),
]
NOTHING = [
    "\x1b[57358u", "\x1b[57441;2u", "\x1b[97;1:3u", "\x1b[1;1:3A", "\x1b[?62;22c", "\x1b[5;1R", "\x1b[0n",
    "\x1b[<35;10;5M", "\x1b[MCH4", "\x1b[[A", "\x1b[8;24;80t", "\x1b[200z", "\x1b]11;nonsense\x07",
    "\x1bP1$r0m\x1b\\", "\x1b_apc\x1b\\", "\x1b[?2026;2$y", "\x1b]52;c;aGk=\x1b\\",
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "meaning"), SPELLINGS)
def test_a_key_is_known_in_each_spelling(spelling: str, meaning: Input) -> None:
    parser = Parser()
    assert parser.feed(spelling.encode()) == [meaning]
    assert parser.patience is None


@pytest.mark.parametrize("sequence", NOTHING)
def test_what_means_nothing_is_swallowed_whole(sequence: str) -> None:
    assert Parser().feed(sequence.encode() + b"x") == [Key("x", text="x")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*SPELLINGS, *((text, None) for text in NOTHING)])), st.data())
def test_it_does_not_matter_where_the_bytes_are_cut(
    pressed: list[tuple[str, Input | None]], data: st.DataObject
) -> None:
    stream = b"".join(spelling.encode() for spelling, _ in pressed)
    parser, found, at = Parser(), list[Input](), 0
    while at < len(stream):
        size = data.draw(st.integers(1, 9))
        found += parser.feed(stream[at : at + size])
        at += size
    assert found == [meaning for _, meaning in pressed if meaning is not None]
    assert parser.patience is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_whatever_are_an_error(stream: bytes) -> None:
    parser = Parser()
    found = [value for byte in stream for value in parser.feed(bytes([byte]))] + parser.flush()
    assert parser.patience is None
    for value in found:
        if isinstance(value, Key):
            assert value.text.isprintable() or not value.text.isascii()


def test_a_lone_escape_is_a_key_after_a_short_while() -> None:
    parser = Parser()
    assert parser.feed(b"\x1b") == []
    assert parser.patience == ESC_S
    assert parser.flush() == [Key("escape")]
    assert parser.patience is None


def test_two_escapes_in_one_read_are_two() -> None:
    parser = Parser()
    assert parser.feed(b"\x1b\x1b") + parser.flush() == [Key("escape"), Key("escape")]


def test_an_escape_before_a_report_is_a_key_of_its_own() -> None:
    assert Parser().feed(b"\x1b\x1b[I") == [Key("escape"), Focus(True)]


def test_half_a_sequence_waits_long_and_then_is_dropped() -> None:
    parser = Parser()
    assert parser.feed(b"\x1b[1;") == []
    assert parser.patience == SEQUENCE_S
    assert parser.flush() == []
    assert parser.feed(b"A") == [Key("A", text="A")]


def test_a_paste_whose_end_is_lost_is_handed_on_as_a_paste() -> None:
    parser = Parser()
    assert parser.feed(b"\x1b[200~one\rtwo") == []
    assert parser.patience == PASTE_S
    assert parser.flush() == [Paste("one\rtwo")]


def test_an_alt_key_that_looks_like_a_string_costs_no_text() -> None:
    assert Parser().feed(b"\x1b]hi")[1:] == [Key("h", text="h"), Key("i", text="i")]


def test_a_key_ends_a_string_that_never_ends() -> None:
    assert Parser().feed(b"\x1b]11;rgb:00\x03") == [Key("c", ctrl=True)]


def test_a_megabyte_in_one_paste_is_one_value() -> None:
    text = "the quick brown fox\r" * 50_000
    parser, found = Parser(), list[Input]()
    data = f"\x1b[200~{text}\x1b[201~".encode()
    for at in range(0, len(data), 4096):
        found += parser.feed(data[at : at + 4096])
    assert found == [Paste(text)]
