"""From what the user sends to the message that the model gets, and how it is told (`docs/protocol.md`)."""

from __future__ import annotations

from collections.abc import Iterable

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.protocol import events
from octavo.protocol.items import ContentPart, InputImage, InputText, Message
from octavo.protocol.turn_items import (
    ImageInput,
    LocalImageInput,
    SkillInput,
    TextInput,
    UserInput,
    turn_item_of,
)


def message_of(inputs: Iterable[UserInput]) -> Message:
    """One user message; pictures on the disk are read now."""
    return Message("user", tuple(_part(item) for item in inputs))


def pictures_not_sent(inputs: Iterable[UserInput], message: Message) -> list[str]:
    """What the model is told in the place of pictures that it does not get."""
    pairs = zip(inputs, message.content, strict=True)
    return [part.text for item, part in pairs if isinstance(item, LocalImageInput) and isinstance(part, InputText)]


def show_user_message(session: Session, turn: ActiveTurn, message: Message) -> None:
    """Record what the user said and tell it as an item, unless it reads like a description of the environment."""
    session.record(turn.id, [message])
    turn.said.append(message)
    item = turn_item_of(message, session.new_item_id)
    if item is not None:
        session.emit(turn.id, events.ItemStarted(session.id, turn.id, item))
        session.emit(turn.id, events.ItemCompleted(session.id, turn.id, item))


def _part(item: UserInput) -> ContentPart:
    match item:
        case TextInput():
            return InputText(_encodable(item.text))
        case SkillInput():
            return InputText(_encodable(f"${item.name}"))
        case ImageInput():
            return InputImage(item.image_url)
        case LocalImageInput():
            from octavo.tools.local_image import image_part  # imported on use: it brings the image library

            part = image_part(item.path)
            return InputText(_encodable(part.text)) if isinstance(part, InputText) else part


def _encodable(text: str) -> str:
    """The text without what no JSON can carry: the halves of characters that stand for bytes of a command line."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
