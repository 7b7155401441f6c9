"""The actions that keys can be bound to, by context, with their default keys: the one table of what is pressed.

A key is written as in `[tui.keymap.*]` (`docs/keys.md`): `ctrl-x`, `shift-enter`, `page-up`, `g g` for two strokes.
"""

from __future__ import annotations

ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "global": {
        "open_transcript": ("ctrl-t",),
        "open_external_editor": ("ctrl-g",),
        "copy": (),
        "clear_terminal": ("ctrl-l",),
        "toggle_vim_mode": (),
        "suspend": ("ctrl-z",),
    },
    "chat": {
        "interrupt_turn": ("esc",),
        "edit_previous_message": ("esc",),
        "edit_queued_message": ("alt-up",),
        "send_queued_message_first": ("alt-shift-up",),
    },
    "composer": {
        "submit": ("enter",),
        "queue": ("tab",),
        "toggle_shortcuts": ("?",),
        "history_search_previous": ("ctrl-r",),
        "attach_image": ("ctrl-v",),
    },
    "editor": {
        "insert_newline": ("ctrl-j", "shift-enter", "alt-enter", "ctrl-enter", "ctrl-alt-enter", "ctrl-m", "enter"),
        "move_left": ("left", "ctrl-b"),
        "move_right": ("right", "ctrl-f"),
        "move_up": ("up", "ctrl-p"),
        "move_down": ("down", "ctrl-n"),
        "move_word_left": ("alt-left", "ctrl-left", "alt-b"),
        "move_word_right": ("alt-right", "ctrl-right", "alt-f"),
        "move_line_start": ("home",),
        "move_line_end": ("end",),
        "move_line_start_or_up": ("ctrl-a",),
        "move_line_end_or_down": ("ctrl-e",),
        "move_draft_start": ("ctrl-home",),
        "move_draft_end": ("ctrl-end",),
        "delete_backward": ("backspace", "ctrl-h"),
        "delete_forward": ("delete", "ctrl-d"),
        "delete_backward_word": ("ctrl-w", "alt-backspace", "ctrl-backspace", "ctrl-alt-h"),
        "delete_forward_word": ("alt-d", "alt-delete", "ctrl-delete"),
        "kill_line_start": ("ctrl-u",),
        "kill_line_end": ("ctrl-k",),
        "kill_whole_line": (),
        "yank": ("ctrl-y",),
        "undo": ("ctrl-_", "ctrl-/", "ctrl-7"),
        "redo": ("alt-_", "ctrl-alt-z"),
    },
    "list": {
        "move_up": ("up",),
        "move_down": ("down",),
        "accept": ("enter",),
        "cancel": ("esc",),
    },
    "pager": {
        "scroll_up": ("up",),
        "scroll_down": ("down",),
        "page_up": ("page-up",),
        "page_down": ("page-down", "space"),
        "half_page_up": (),
        "half_page_down": (),
        "jump_top": ("home",),
        "jump_bottom": ("end",),
        "find": ("/",),
        "find_next": ("n",),
        "find_previous": ("shift-n",),
        "previous_message": ("[",),
        "next_message": ("]",),
        "close": ("q", "esc"),
        "close_transcript": ("ctrl-t",),
    },
    "approval": {
        "approve": ("y",),
        "approve_for_session": ("a",),
        "approve_for_prefix": ("p",),
        "decline": ("n", "esc"),
        "open_fullscreen": ("ctrl-a",),
    },
}
GROUPS = (("global", "chat", "composer", "editor"), ("list",), ("pager",), ("approval",))
"""Contexts whose keys are looked up together, those of the first ones before those of the last."""
