"""`/help`: all keys and commands over the whole screen, to be searched (`docs/terminal.md`, "Help")."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.built_in import COMMANDS
from octavo.frontends.terminal.keys.actions import ACTIONS
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap, actions_of
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, Span, line
from octavo.frontends.terminal.text.widths import width
from octavo.frontends.terminal.views.blocks import Block, blank, paragraph
from octavo.frontends.terminal.views.pager import Pager, text_pager

TITLE, KEYMAP_TITLE = "HELP", "KEYMAP"

Row = tuple[str, str]
"""What is pressed or typed, and what it does."""

_BESIDE = " · "
"""What stands between the keys of two actions."""

KEYS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (
        "Sending",
        (
            ("{composer.submit}", "send the message; while a turn runs, let it wait for the end"),
            ("{composer.queue}", "while a turn runs: tell it now, without waiting for its end"),
            ("{editor.insert_newline}", "begin a new line"),
            ("{chat.edit_queued_message}", "take back the newest message that waits, to change or to drop it"),
            ("{chat.send_queued_message_first}", "let it go first"),
            ("{chat.interrupt_turn}", "stop the turn, or your command beside it; close a popup"),
            ("{chat.edit_previous_message}", "twice: go back to an earlier message (in an empty draft)"),
            ("ctrl + c", "clear the draft; stop the turn; leave"),
            ("ctrl + d", "leave (in an empty draft)"),
            ("!COMMAND", "run a command of your own, without the model"),
            ("!COMMAND {composer.queue}", "while a turn runs: at once, beside it"),
            ("@NAME", "find a file; from three letters on, ignored ones too"),
            ("/NAME", "run a command from the list below, or one of your prompts"),
        ),
    ),
    (
        "Writing",
        (
            ("{editor.move_left} · {editor.move_right}", "a character back or on"),
            ("{editor.move_word_left} · {editor.move_word_right}", "a word back or on"),
            ("{editor.move_line_start} · {editor.move_line_end}", "the start and the end of the line"),
            (
                "{editor.move_line_start_or_up} · {editor.move_line_end_or_down}",
                "the same, then the line above or below",
            ),
            ("{editor.move_draft_start} · {editor.move_draft_end}", "the start and the end of the draft"),
            ("{editor.move_up} · {editor.move_down}", "a row up or down; earlier messages in an empty draft"),
            ("{composer.history_search_previous}", "find an earlier message"),
            ("{editor.delete_backward_word}", "kill the word before the cursor"),
            ("{editor.delete_forward_word}", "kill the word behind it"),
            ("{editor.kill_line_start} · {editor.kill_line_end}", "kill to the start or the end of the line"),
            ("{editor.yank}", "bring back what was killed last"),
            ("{editor.undo}", "undo"),
            ("{editor.redo}", "redo"),
            ("{composer.attach_image}", "attach the picture of the clipboard"),
            ("files dropped, paths pasted", "attach pictures, name other files"),
            ("{global.open_external_editor}", "write the draft in $VISUAL or $EDITOR"),
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
            ("{global.open_transcript}", "the transcript: whole scripts, outputs and thoughts"),
            ("{global.clear_terminal}", "draw the live rows again"),
            ("{global.suspend}", "stop, and go back to the shell"),
            ("{composer.toggle_shortcuts}", "the most important keys (in an empty draft)"),
        ),
    ),
    (
        "In pagers, this one too",
        (
            (
                "{pager.scroll_up} · {pager.scroll_down} · {pager.page_up} · {pager.page_down}",
                "scroll by rows, by pages",
            ),
            ("{pager.jump_top} · {pager.jump_bottom}", "the top, the bottom"),
            ("{pager.find}, words, enter", "search"),
            ("{pager.find_next} · {pager.find_previous}", "the next hit, the one before"),
            (
                "{pager.previous_message} · {pager.next_message}",
                "your message before, the one after (in the transcript)",
            ),
            ("{pager.close} · ctrl + c", "close"),
        ),
    ),
    (
        "Where the agent asks",
        (
            (
                "{approval.approve} · {approval.approve_for_session} · {approval.decline}",
                "yes; yes for this session; no",
            ),
            ("{list.move_up} · {list.move_down} · {list.accept}", "choose an answer"),
            ("{approval.open_fullscreen}", "see the whole command or patch"),
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


def rows_of(rows: Sequence[Row], keys: Keymap) -> list[Row]:
    """The rows with the keys as they are bound; one whose actions have none is left out."""
    found = [([_named(part, keys).strip() for part in name.split(_BESIDE)], meaning) for name, meaning in rows]
    return [(_BESIDE.join(filter(None, names)), meaning) for names, meaning in found if any(names)]


def _named(template: str, keys: Keymap) -> str:
    """The template with the first two keys of each of its actions, three where a new line is meant."""
    before, _, rest = template.partition("{")
    action, _, behind = rest.partition("}")
    if "." not in action:
        return template  # braces of vi
    most = 3 if action == "editor.insert_newline" else 2
    return before + keys.all_shown(action, most) + (_named(behind, keys) if "{" in behind else behind)


def help_pager(keys: Keymap = DEFAULT) -> Pager:
    """The pager."""
    commands = tuple((command.usage, command.description) for command in COMMANDS)
    return text_pager(
        TITLE, _sections([*((title, rows_of(rows, keys)) for title, rows in KEYS), ("Commands", commands)])
    )


def keymap_pager(keys: Keymap = DEFAULT) -> Pager:
    """Every action with its keys, as `[tui.keymap.*]` calls them; those that are bound otherwise are marked."""
    from octavo.frontends.terminal.keys.vi_actions import VI

    sections = []
    for context in (*ACTIONS, *VI):
        rows = []
        for action in actions_of(context):
            name = f"{context}.{action}"
            mark = " (changed)" if keys.is_changed(name) else ""
            rows.append((action, (keys.all_shown(name) or "no key") + mark))
        sections.append((f"[tui.keymap.{context}]", rows))
    return text_pager(KEYMAP_TITLE, _sections(sections))


def _sections(sections: Sequence[tuple[str, Sequence[Row]]]) -> list[Block]:
    blocks: list[Block] = []
    for title, rows in sections:
        blocks += [*([blank] if blocks else []), paragraph(line(Span(title, BOLD))), *_table(rows)]
    return blocks


def _table(rows: Sequence[Row]) -> list[Block]:
    room = max(width(name) for name, _ in rows) + 2
    indent = line(" " * (room + 2))
    return [
        paragraph(line(Span(one_line(meaning), DIM)), line("  ", Span(one_line(name).ljust(room), ACCENT)), indent)
        for name, meaning in rows
    ]
