"""The first items of a conversation, and of what follows a summary (`docs/history.md`)."""

from __future__ import annotations

from octavo.engine.environment import whole_environment
from octavo.engine.project_docs import instructions_message
from octavo.engine.session import Session
from octavo.engine.settings import SessionSettings
from octavo.protocol.items import InputText, Message, ResponseItem


def initial_items(session: Session, settings: SessionSettings) -> list[ResponseItem]:
    """Developer instructions, user instructions, environment; the first two only if there are any."""
    items: list[ResponseItem] = []
    if session.config.developer_instructions:
        items.append(Message("developer", (InputText(session.config.developer_instructions),)))
    if session.instructions:
        items.append(instructions_message(session.instructions))
    items.append(whole_environment(settings, session.shell))
    return items
