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
