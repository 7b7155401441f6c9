"""The modes that are on while the interface runs, and their ends (`docs/terminal.md`, "Modes")."""

from __future__ import annotations

from collections.abc import Mapping

SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"

_ON = "\x1b[?2004h\x1b[>5u\x1b[?1004h"  # pastes in brackets; keys by number, without releases; focus
_OFF = "\x1b[<1u\x1b[?2004l\x1b[?1004l\x1b[?7h" + SHOW_CURSOR
_TMUX_ON, _TMUX_OFF = "\x1b[>4;1m", "\x1b[>4;0m"  # tmux does not know the other way to ask for Shift+Enter
KEEP_TITLE, TITLE_BACK = "\x1b[22;0t", "\x1b[23;0t"  # on a stack that the terminal has
QUERIES = "\x1b[?u\x1b]10;?\x07\x1b]11;?\x07\x1b[>0q\x1b[c"
COLOR_QUERIES = "\x1b]10;?\x07\x1b]11;?\x07"


def modes_on(environ: Mapping[str, str]) -> str:
    """What turns them on."""
    return _ON + (_TMUX_ON if environ.get("TMUX") else "")


def modes_off(environ: Mapping[str, str]) -> str:
    """What turns them off, the last of it showing the cursor."""
    return (_TMUX_OFF if environ.get("TMUX") else "") + _OFF


def has_title(environ: Mapping[str, str]) -> bool:
    """Whether there is a title at all: a console has none, and might print it."""
    return environ.get("TERM", "") not in ("", "linux", "dumb")


def title(text: str) -> str:
    """What gives the window this title."""
    return f"\x1b]0;{text}\x07"


def cursor_shape(shape: int) -> str:
    """The cursor as a block (2), a line (4) or a bar (6); 0 as the terminal has it."""
    return f"\x1b[{shape} q"


def synchronizes(environ: Mapping[str, str]) -> bool:
    """Whether frames go between marks that hide tearing: not where they are known to do harm."""
    return "ZELLIJ" not in environ and not environ.get("TERM", "").startswith("screen")


_REWRAPPING_TERMS = ("tmux", "xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot", "rxvt-unicode", "contour")
_REWRAPPING_SIGNS = (
    "TMUX", "ZELLIJ", "VTE_VERSION", "KITTY_WINDOW_ID", "ALACRITTY_WINDOW_ID", "ALACRITTY_SOCKET", "WEZTERM_PANE",
    "GHOSTTY_RESOURCES_DIR", "KONSOLE_VERSION", "WT_SESSION", "ITERM_SESSION_ID",
)  # fmt: skip
_REWRAPPING_PROGRAMS = ("Apple_Terminal", "iTerm.app", "vscode", "WezTerm", "ghostty", "WarpTerminal", "Hyper", "rio")
_REWRAPPING_NAMES = (
    "tmux", "vte", "kitty", "wezterm", "iterm2", "foot", "ghostty", "konsole", "alacritty", "contour", "xterm.js",
    "windows terminal", "warp", "rio",
)  # fmt: skip


def knows_links(environ: Mapping[str, str], name: str = "") -> bool:
    """Whether text may have an address behind it: where the terminal is known to obey, `FORCE_HYPERLINK` aside."""
    if (forced := environ.get("FORCE_HYPERLINK")) is not None:
        return forced not in ("", "0")
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or environ.get("STY"):
        return False
    if environ.get("TMUX"):  # it says so of itself only in releases that know them
        return name.startswith("tmux ") and _version(name) >= (3, 4)
    signs = [sign for sign in _REWRAPPING_SIGNS if sign not in ("ZELLIJ", "VTE_VERSION")]
    if any(environ.get(sign) for sign in signs) or environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS:
        return True
    vte = environ.get("VTE_VERSION", "")
    if vte.isdigit() and int(vte) >= 5000:
        return True
    return name.lower().startswith(_LINKING_NAMES)


_LINKING_PROGRAMS = ("iTerm.app", "vscode", "WezTerm", "ghostty", "WarpTerminal", "Hyper", "rio")
_LINKING_NAMES = ("kitty", "wezterm", "iterm2", "foot", "ghostty", "konsole", "alacritty", "contour", "xterm.js", "rio")


def _version(name: str) -> tuple[int, ...]:
    numbers = "".join(sign if sign.isdigit() else " " for sign in name).split()
    return tuple(int(number) for number in numbers[:2])


def rewraps(environ: Mapping[str, str], name: str = "") -> bool:
    """Whether the terminal lays its rows anew when its width changes: by its environment, or by the `name` it gave.

    Of one that is not known it is taken that rows stay: to go up too far would cost finished lines, to go up too
    little leaves at most a row of the status behind.
    """
    if environ.get("STY") or environ.get("XTERM_VERSION"):
        return False
    if any(environ.get(sign) for sign in _REWRAPPING_SIGNS) or environ.get("TERM_PROGRAM") in _REWRAPPING_PROGRAMS:
        return True
    return environ.get("TERM", "").startswith(_REWRAPPING_TERMS) or name.lower().startswith(_REWRAPPING_NAMES)
