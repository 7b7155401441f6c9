"""How a terminal is told to call its user: which sequence, and what it is wrapped in."""

from __future__ import annotations

import pytest

from octavo.frontends.terminal.screen.bells import notification

OSC_9 = "\x1b]9;Done\x07"
OSC_777 = "\x1b]777;notify;Octavo;Done\x07"
OSC_99 = "\x1b]99;i=octavo:d=0;Octavo\x07\x1b]99;i=octavo:p=body;Done\x07"
BELL = "\x07"


def sent(environ: dict[str, str], name: str = "", method: str = "auto", text: str = "Done") -> str:
    return notification(text, method, environ, name)


@pytest.mark.parametrize(
    ("environ", "name", "expected"),
    [
        ({"KITTY_WINDOW_ID": "1"}, "", OSC_99),
        ({"TERM": "xterm-kitty"}, "", OSC_99),
        ({"TERM": "foot"}, "", OSC_777),
        ({"TERM": "xterm-256color"}, "foot(1.16.2)", OSC_777),
        ({"TERM_PROGRAM": "ghostty", "TERM": "xterm-ghostty"}, "", OSC_777),
        ({"TERM_PROGRAM": "WezTerm"}, "WezTerm 20240203", OSC_777),
        ({"TERM_PROGRAM": "iTerm.app"}, "", OSC_9),
        ({"TERM": "rxvt-unicode-256color"}, "", OSC_777 + BELL),
        ({"VTE_VERSION": "7600", "TERM": "xterm-256color"}, "VTE(7600)", OSC_777 + BELL),
        ({"WT_SESSION": "a", "TERM": "xterm-256color"}, "", BELL),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "", BELL),
        ({"TERM": "xterm-256color"}, "XTerm(370)", BELL),
        ({"TERM": "linux"}, "", BELL),
        ({"TERM": "xterm-256color"}, "", OSC_9 + BELL),
        ({"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/1"}, "", BELL),
        ({"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/1"}, "ghostty 1.2", OSC_777),
        ({"ZELLIJ": "0", "TERM_PROGRAM": "ghostty"}, "", BELL),
    ],
)
def test_the_terminal_gets_what_it_knows(environ: dict[str, str], name: str, expected: str) -> None:
    assert sent(environ, name) == expected


@pytest.mark.parametrize(
    ("method", "expected"), [("osc9", OSC_9), ("osc777", OSC_777), ("osc99", OSC_99), ("bel", BELL)]
)
def test_the_user_s_choice_is_taken(method: str, expected: str) -> None:
    assert sent({"TERM_PROGRAM": "Apple_Terminal"}, method=method) == expected


def test_tmux_passes_it_on_and_marks_the_window() -> None:
    wrapped = "\x1bPtmux;\x1b\x1b]9;Done\x07\x1b\\\x07"
    assert sent({"TMUX": "/tmp/t", "TERM_PROGRAM": "tmux", "TERM": "tmux-256color"}, "tmux 3.3a") == wrapped
    assert sent({"TMUX": "/tmp/t", "KITTY_WINDOW_ID": "1"}).startswith("\x1bPtmux;\x1b\x1b]99;")
    assert sent({"TMUX": "/tmp/t", "SSH_TTY": "/dev/pts/1"}) == wrapped
    assert sent({"TERM": "screen-256color", "SSH_TTY": "/dev/pts/1"}, "tmux 3.4") == wrapped
    assert sent({"TERM": "tmux-256color", "SSH_TTY": "/dev/pts/1"}) == wrapped
    assert sent({"TMUX": "/tmp/t"}, method="bel") == BELL


def test_screen_passes_a_long_one_on_in_pieces() -> None:
    text = "日" * 200
    whole = sent({"STY": "1.pts", "TERM": "screen"}, text=text)
    pieces = whole.removesuffix(BELL).split("\x1b\\")
    assert all(piece.startswith("\x1bP") and len(piece.encode()) < 768 for piece in pieces[:-1])
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == f"\x1b]9;{text}\x07"


def test_a_text_is_not_taken_for_another_command() -> None:
    assert sent({}, method="osc9", text="4;1;50") == "\x1b]9; 4;1;50\x07"
    assert sent({}, method="osc777", text="make; ls") == "\x1b]777;notify;Octavo;make, ls\x07"
