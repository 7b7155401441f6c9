"""How a terminal is told to call its user (`docs/terminal.md`, "Bells").

Terminals have three sequences for a notification of the desktop, and know one or two of them; where none is known the
bell rings. tmux and GNU screen keep such sequences to themselves, so there they are wrapped for the terminal around
them, and the bell marks the window.
"""

from __future__ import annotations

from collections.abc import Mapping

APP = "Octavo"
"""What notifications are headed with, where there is a heading."""

BEL = "\x07"

_LONGEST_PIECE = 180
"""Characters that GNU screen passes on in one go: 768 bytes at most."""

_OF_PROGRAM = {
    "iTerm.app": "osc9",
    "WezTerm": "osc777",
    "ghostty": "osc777",
    "WarpTerminal": "osc777",
    "rio": "osc9",
    "vscode": "bel",
    "Apple_Terminal": "bel",
    "Hyper": "bel",
}
_OF_SIGN = {
    "KITTY_WINDOW_ID": "osc99",
    "GHOSTTY_RESOURCES_DIR": "osc777",
    "WEZTERM_PANE": "osc777",
    "ITERM_SESSION_ID": "osc9",
    "WT_SESSION": "bel",
    "ALACRITTY_WINDOW_ID": "bel",
    "ALACRITTY_SOCKET": "bel",
    "KONSOLE_VERSION": "bel",
    "XTERM_VERSION": "bel",
    "VTE_VERSION": "osc777+bel",  # only where a distribution has added it
}
_OF_NAME = {
    "kitty": "osc99",
    "foot": "osc777",
    "ghostty": "osc777",
    "wezterm": "osc777",
    "contour": "osc777",
    "mintty": "osc777",
    "iterm2": "osc9",
    "rio": "osc9",
    "warp": "osc777",
    "rxvt": "osc777+bel",  # by an extension that has to be there
    "vte": "osc777+bel",
    "alacritty": "bel",
    "konsole": "bel",
    "windows terminal": "bel",
    "xterm": "bel",
    "xterm.js": "bel",
    "linux": "bel",
    "dumb": "bel",
}


def notification(text: str, method: str, environ: Mapping[str, str], name: str = "") -> str:
    """What is written so that the terminal shows the text, which has no control characters in it.

    `method` is `[tui] notification_method`; with `auto` the terminal is known by its environment, or by the `name`
    that it gave itself.
    """
    chosen = _of_terminal(environ, name) if method == "auto" else method
    kind, _, rings = chosen.partition("+")
    sequence = _sequence(kind, text)
    if kind == "bel" or environ.get("ZELLIJ"):  # which passes nothing else on
        return BEL
    within = _multiplexer(environ, name)
    if within == "tmux":
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\{BEL}"
    if within == "screen":
        pieces = [sequence[at : at + _LONGEST_PIECE] for at in range(0, len(sequence), _LONGEST_PIECE)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) + BEL
    return sequence + (BEL if rings else "")


def _multiplexer(environ: Mapping[str, str], name: str) -> str:
    """Which one stands between us and the terminal; on the other end of an ssh connection, too."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux") or name.startswith("tmux "):
        return "tmux"
    return "screen" if environ.get("STY") or term.startswith("screen") else ""


def _of_terminal(environ: Mapping[str, str], name: str) -> str:
    if not _multiplexer(environ, name):
        known = _by_name(name) or _OF_PROGRAM.get(environ.get("TERM_PROGRAM", "")) or _by_sign(environ)
        if known := known or _by_name(_short(environ.get("TERM", ""))):
            return known
        if any(environ.get(sign) for sign in ("SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT")):
            return "bel"
    # What began a multiplexer is often the terminal that shows it; and the bell rings there, too.
    return _by_sign(environ) or ("osc9" if environ.get("LC_TERMINAL") == "iTerm2" else "osc9+bel")


def _by_sign(environ: Mapping[str, str]) -> str | None:
    return next((method for sign, method in _OF_SIGN.items() if environ.get(sign)), None)


def _by_name(name: str) -> str | None:
    """By the longest beginning that is known."""
    fitting = [known for known in _OF_NAME if name.lower().startswith(known)]
    return _OF_NAME[max(fitting, key=len)] if fitting else None


def _short(term: str) -> str:
    """`TERM` as a name: `xterm-kitty` is kitty, and whatever calls itself `xterm-256color` may be anything."""
    return "" if term in ("xterm", "xterm-color", "xterm-256color") else term.removeprefix("xterm-")


def _sequence(kind: str, text: str) -> str:
    if kind == "osc99":
        return f"\x1b]99;i=octavo:d=0;{APP}{BEL}\x1b]99;i=octavo:p=body;{text}{BEL}"
    if kind == "osc777":  # its fields end with semicolons
        return f"\x1b]777;notify;{APP};{text.replace(';', ',')}{BEL}"
    number = text.partition(";")[0]
    return f"\x1b]9;{' ' if number.isdigit() else ''}{text}{BEL}"  # a number would be another command
