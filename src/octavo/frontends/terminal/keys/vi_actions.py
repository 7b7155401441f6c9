"""Actions of vi's commands that keys can be bound to, with their default keys and what commands call them.

What stands here is what later releases name; every other command of vi has its own key and keeps it.
"""

from __future__ import annotations

_MOVES = {
    "move_left": ("h", ("h", "left")),
    "move_right": ("l", ("l", "right")),
    "move_up": ("k", ("k", "up")),
    "move_down": ("j", ("j", "down")),
    "move_word_forward": ("w", ("w",)),
    "move_word_backward": ("b", ("b",)),
    "move_word_end": ("e", ("e",)),
    "move_line_start": ("0", ("0",)),
    "move_line_end": ("$", ("$",)),
    "find_forward": ("f", ("f",)),
    "find_backward": ("F", ("shift-f",)),
    "till_forward": ("t", ("t",)),
    "till_backward": ("T", ("shift-t",)),
    "jump_top": ("gg", ("g g",)),
    "jump_bottom": ("G", ("shift-g",)),
}
VI: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "vim_normal": {
        "enter_insert": ("i", ("i",)),
        "append_after_cursor": ("a", ("a",)),
        "append_line_end": ("A", ("shift-a",)),
        "insert_line_start": ("I", ("shift-i",)),
        "open_line_below": ("o", ("o",)),
        "open_line_above": ("O", ("shift-o",)),
        "enter_replace_mode": ("R", ("shift-r",)),
        **_MOVES,
        "delete_char": ("x", ("x",)),
        "replace_char": ("r", ("r",)),
        "repeat_last_change": (".", (".",)),
        "substitute_char": ("s", ("s",)),
        "delete_to_line_end": ("D", ("shift-d",)),
        "change_to_line_end": ("C", ("shift-c",)),
        "yank_line": ("Y", ("shift-y",)),
        "paste_after": ("p", ("p",)),
        "start_delete_operator": ("d", ("d",)),
        "start_yank_operator": ("y", ("y",)),
        "start_change_operator": ("c", ("c",)),
        "undo": ("u", ("u",)),
        "redo": ("ctrl-r", ("ctrl-r",)),
        "cancel_operator": ("escape", ("esc",)),
    },
    "vim_search": {
        "forward": ("/", ("/",)),
        "backward": ("?", ("?",)),
        "next": ("n", ("n",)),
        "previous": ("N", ("shift-n",)),
    },
    "vim_operator": {
        "delete_line": ("d", ("d",)),
        "yank_line": ("y", ("y",)),
        **{name.replace("move_", "motion_") if name.startswith("move_") else f"motion_{name}": what
           for name, what in _MOVES.items()},
        "select_inner_text_object": ("i", ("i",)),
        "select_around_text_object": ("a", ("a",)),
        "cancel": ("escape", ("esc",)),
    },
    "vim_text_object": {
        "word": ("w", ("w",)),
        "big_word": ("W", ("shift-w",)),
        "parentheses": ("(", ("(", ")", "b")),
        "brackets": ("[", ("[", "]")),
        "braces": ("{", ("{", "}", "shift-b")),
        "double_quote": ('"', ('"',)),
        "single_quote": ("'", ("'",)),
        "backtick": ("`", ("`",)),
        "cancel": ("escape", ("esc",)),
    },
}  # fmt: skip
"""By context and action: what commands call it, and its default keys."""
VI_GROUPS = (("vim_normal", "vim_search"), ("vim_operator",), ("vim_text_object",))
