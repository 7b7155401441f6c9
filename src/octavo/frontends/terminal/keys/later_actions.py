"""Actions of later releases that there are none of here: they may be bound, since one file serves both programs."""

from __future__ import annotations

LATER: dict[str, str] = {
    "global": (
        "open_agents find_transcript focus_activity toggle_fast_mode toggle_raw_output toggle_side_conversation leader"
    ),
    "chat": (
        "decrease_reasoning_effort increase_reasoning_effort previous_permission_mode next_permission_mode "
        "prompt_stack_back skip_question toggle_voice open_presets toggle_voice_mute"
    ),
    "composer": "history_search_next",
    "list": "move_left move_right page_up page_down jump_top jump_bottom",
    "approval": "open_thread deny cancel",
    "agents": "resume search new_task new_worktree fork rename stop archive delete hide toggle_grouping",
    "vim_normal": (
        "enter_insert append_after_cursor append_line_end insert_line_start open_line_below open_line_above "
        "enter_replace_mode move_left move_right move_up move_down move_word_forward move_word_backward move_word_end "
        "move_line_start move_line_end find_forward find_backward till_forward till_backward jump_top jump_bottom "
        "delete_char replace_char repeat_last_change substitute_char delete_to_line_end change_to_line_end yank_line "
        "paste_after start_delete_operator start_yank_operator start_change_operator undo redo cancel_operator"
    ),
    "vim_search": "forward backward next previous",
    "vim_operator": (
        "delete_line yank_line motion_left motion_right motion_up motion_down motion_word_forward "
        "motion_word_backward motion_word_end motion_line_start motion_line_end motion_find_forward "
        "motion_find_backward motion_till_forward motion_till_backward motion_jump_top motion_jump_bottom "
        "select_inner_text_object select_around_text_object cancel"
    ),
    "vim_text_object": ("word big_word parentheses brackets braces double_quote single_quote backtick cancel"),
}
"""By context, parted by blanks."""

OURS = frozenset(
    [
        "global.suspend",
        "chat.edit_previous_message",
        "chat.send_queued_message_first",
        "composer.attach_image",
        "editor.move_line_start_or_up",
        "editor.move_line_end_or_down",
        "editor.move_draft_start",
        "editor.move_draft_end",
        "editor.undo",
        "editor.redo",
        "pager.find_next",
        "pager.find_previous",
        "pager.previous_message",
        "pager.next_message",
    ]
)
"""Actions that there are here alone: their keys make room for what a user binds, without a word."""
