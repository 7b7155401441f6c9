"""What stands for a conversation after a summary: the user's own words and the summary (`docs/compaction.md`)."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.protocol.items import InputText, Message, ResponseItem, message_text, user_message
from octavo.protocol.middle_cut import cut_middle

MAX_USER_BYTES = 80_000

TEMPLATE = """\
This conversation was cut short to make room. Everything that the user has said so far stands between the lines:

----- the user's messages -----
{messages}
----- end of the user's messages -----

Another model worked on this until now. Its plan, its files and the state of its tools are as it left them. \
It left this note for you; build on the work that is done instead of doing it again:

{summary}
"""


def compacted_history(
    initial: Sequence[ResponseItem], user_messages: Sequence[Message], summary: str
) -> list[ResponseItem]:
    """The history that goes on from a summary: the initial context and one message in the user's name."""
    return [*initial, bridge(user_messages, summary)]


def bridge(user_messages: Sequence[Message], summary: str) -> Message:
    """The message that leads from before the summary to after it."""
    texts = [text for message in user_messages if (text := message_text(message))]
    messages = cut_middle("\n\n".join(texts), MAX_USER_BYTES) if texts else "(none)"
    note = summary or "(no summary available)"
    return user_message(InputText(TEMPLATE.format(messages=messages, summary=note)))
