"""Which user messages are not the user's own words (`docs/protocol.md`).

A conversation starts with messages in the user's name that describe project
documents and the environment, and the text of a skill comes as one. They give no item events and count neither for
fork positions nor for the user messages that a compaction keeps.
"""

from __future__ import annotations

from octavo.protocol.items import InputImage, InputText, Message, ResponseItem

INSTRUCTIONS_OPEN = "<user_instructions>"
LATER_INSTRUCTIONS_OPEN = "# AGENTS.md instructions for "
ENVIRONMENT_OPEN = "<environment_context>"
SKILL_OPEN, SKILL_CLOSE = "<skill>", "</skill>"
_OPENINGS = (INSTRUCTIONS_OPEN, LATER_INSTRUCTIONS_OPEN, f"{SKILL_OPEN}\n")


def is_session_prefix(message: Message) -> bool:
    """Whether a user message carries instructions, the environment or a skill; both eras' forms count."""
    first = message.content[0] if len(message.content) == 1 else None
    if isinstance(first, InputText) and first.text.startswith(_OPENINGS):
        return True
    return any(
        part.text.lstrip()[: len(ENVIRONMENT_OPEN)].lower() == ENVIRONMENT_OPEN
        for part in message.content
        if not isinstance(part, InputImage)
    )


def is_real_user_message(item: ResponseItem) -> bool:
    """Whether the item is a message that the user wrote (or a summary that stands for such messages)."""
    return isinstance(item, Message) and item.role == "user" and not is_session_prefix(item)
