"""The agent: conversations, the turn loop and everything that a turn needs.

Begin with `turn.py`, the loop. `conversation.py` is the door that front ends use.

The small files are small for a reason: `small_services`, `notify`, `assessment`,
`user_shell`, `undo`, `compaction` and `review` are imported when they are first used,
so that a turn that needs none of them does not pay for them.
"""
