"""Where a saved session has to be cut, so that one of the user's messages and all that followed are left out."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.protocol.items import InputImage, Message
from octavo.protocol.session_prefix import is_real_user_message
from octavo.rollout.read import load_rollout


def fork_position(rollout_path: str, shown: Sequence[str], selected: int) -> int | None:
    """Which of the saved messages of the user `shown[selected]` is, counted from 0 as `fork_conversation` does.

    The file may hold more messages than were shown: reports of reviews and summaries count there as well. So they
    are compared from the newest on. None when the message is not there. Raises `RolloutReadError`.
    """
    items = load_rollout(rollout_path).history()
    saved = [item for item in items if isinstance(item, Message) and is_real_user_message(item)]
    place = len(saved)
    for text in reversed(shown[selected:]):
        place = next((at for at in range(place - 1, -1, -1) if _says(saved[at], text)), -1)
        if place < 0:
            return None
    return place if place < len(saved) else None


def _says(message: Message, text: str) -> bool:
    parts = [part.text for part in message.content if not isinstance(part, InputImage)]
    return "".join(parts) == text or text in parts or (not text and not parts)
