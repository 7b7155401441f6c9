"""`/help`: all keys and commands over the whole screen, to be searched (`docs/terminal.md`, "Help")."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.built_in import COMMANDS
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, Span, line
from octavo.frontends.terminal.text.widths import width
from octavo.frontends.terminal.views.blocks import Block, blank, paragraph
from octavo.frontends.terminal.views.pager import Pager, text_pager

TITLE = "HELP"

Row = tuple[str, str]
"""What is pressed or typed, and what it does."""

KEYS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (
        "Sending",
        (
            ("enter", "send the message; while a turn runs, let it wait for the end"),
            ("tab", "while a turn runs: tell it now, without waiting for its end"),
            ("shift + enter, alt + enter, ctrl + j", "begin a new line"),
            ("alt + ↑", "take back the newest message that waits, to change or to drop it"),
            ("alt + shift + ↑", "let it go first"),
            ("esc", "stop the turn, or your command beside it; close a popup"),
            ("esc esc", "go back to an earlier message (in an empty draft)"),
            ("ctrl + c", "clear the draft; stop the turn; leave"),
            ("ctrl + d", "leave (in an empty draft)"),
            ("!COMMAND", "run a command of your own, without the model"),
            ("!COMMAND tab", "while a turn runs: at once, beside it"),
            ("@NAME", "find a file; from three letters on, ignored ones too"),
            ("/NAME", "run a command from the list below, or one of your prompts"),
        ),
    ),
    (
        "Writing",
        (
            ("← → ctrl + b, ctrl + f", "a character back or on"),
            ("alt + ← → alt + b, alt + f", "a word back or on"),
            ("home end", "the start and the end of the line"),
            ("ctrl + a, ctrl + e", "the same, then the line above or below"),
            ("ctrl + home, ctrl + end", "the start and the end of the draft"),
            ("↑ ↓ ctrl + p, ctrl + n", "a row up or down; earlier messages in an empty draft"),
            ("ctrl + r", "find an earlier message"),
            ("ctrl + w, alt + backspace", "kill the word before the cursor"),
            ("alt + d, alt + delete", "kill the word behind it"),
            ("ctrl + u, ctrl + k", "kill to the start or the end of the line"),
            ("ctrl + y", "bring back what was killed last"),
            ("ctrl + _", "undo"),
            ("alt + _", "redo"),
            ("ctrl + v", "attach the picture of the clipboard"),
            ("files dropped, paths pasted", "attach pictures, name other files"),
            ("ctrl + g", "write the draft in $VISUAL or $EDITOR"),
        ),
    ),
    (
        "Vi's modes (/vim, or vim_mode_default = true in [tui])",
        (
            ("esc", "from writing to commands; there, end what was begun, else as without modes"),
            ("i a I A o O R", "write: at the cursor, behind it, at the line's ends, on a new line; over text"),
            ("h j k l w b e 0 ^ $ gg G f t % { }", "go there; / ? n N search in the draft"),
            ("d c y > < g~ gu gU", "delete, change, yank, shift, case: with a motion, an object, or twice"),
            ('iw a( i" ip …', "the word, brackets, quotes, paragraph around the cursor"),
            ("x X D C Y s S r ~ J p P", "shorter commands; . again, u and ctrl + r undo and redo"),
            ("v V", "select, by characters or lines"),
            ("k j", "on the first and last line: earlier and later messages"),
        ),
    ),
    (
        "The screen",
        (
            ("ctrl + t", "the transcript: whole scripts, outputs and thoughts"),
            ("ctrl + l", "draw the live rows again"),
            ("ctrl + z", "stop, and go back to the shell"),
            ("?", "the most important keys (in an empty draft)"),
        ),
    ),
    (
        "In pagers, this one too",
        (
            ("↑ ↓ pgup pgdn space home end", "scroll"),
            ("/WORDS enter", "search"),
            ("n N", "the next hit, the one before"),
            ("[ ]", "your message before, the one after (in the transcript)"),
            ("q esc ctrl + c", "close"),
        ),
    ),
    (
        "Where the agent asks",
        (
            ("y a n", "yes; yes for this session; no"),
            ("↑ ↓ enter", "choose an answer"),
            ("ctrl + a", "see the whole command or patch"),
        ),
    ),
    (
        "In plain lines (--plain, TERM=dumb)",
        (
            ("NUMBER enter", "choose; 0 goes back"),
            ("LETTER enter", "answer a question"),
            ("tab", "complete the word, or number what fits"),
        ),
    ),
    (
        "While you look elsewhere: [tui] in config.toml",
        (
            ("notifications = true", "call me when a turn is over or a question waits"),
            ("notification_method", "how: auto, osc9, osc777, osc99, bel"),
            ("notification_condition", "when: unfocused, always"),
            ("terminal_title = [...]", "what stands in the window's title; /title chooses"),
            ("quiet = true", "no notifications, no bell, no title"),
        ),
    ),
)


def help_pager() -> Pager:
    """The pager."""
    sections = (*KEYS, ("Commands", tuple((command.usage, command.description) for command in COMMANDS)))
    blocks: list[Block] = []
    for title, rows in sections:
        blocks += [*([blank] if blocks else []), paragraph(line(Span(title, BOLD))), *_table(rows)]
    return text_pager(TITLE, blocks)


def _table(rows: Sequence[Row]) -> list[Block]:
    room = max(width(name) for name, _ in rows) + 2
    indent = line(" " * (room + 2))
    return [
        paragraph(line(Span(one_line(meaning), DIM)), line("  ", Span(one_line(name).ljust(room), ACCENT)), indent)
        for name, meaning in rows
    ]
